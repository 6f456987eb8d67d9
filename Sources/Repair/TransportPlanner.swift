import Bytes
import Codecs
import Elementary
import Storage
import TransportStream

/// Plans for MPEG transport streams: what the legacy product records to, and leaves after a crash.
struct TransportPlanner {
    /// How many times are looked at to find the first.
    private static let firstCount = 6

    let file: FilePath
    let options: RepairOptions
    let listener: ProgressListener

    /// Where the file goes: a stream is converted, so it takes no other file's place.
    private var output: FilePath { file.sibling("\(file.stem).mp4") }

    func plan() throws -> RepairPlan {
        let survey = try look()
        guard survey.pictures != nil || survey.sound != nil else {
            let isHidden = survey.scrambledPacketCount > 0
            return RepairPlan(
                file, .transportStream,
                .hopeless(
                    RepairRefusal(
                        isHidden
                            ? "its packets are scrambled"
                            : "there is no stream of H.264, H.265 or AAC in it: "
                                + survey.leftOut.joined(separator: ", "),
                        remedy: isHidden ? "descramble it first" : "")))
        }
        var notes: [String] = []
        if let pictures = survey.pictures {
            notes.append("Its pictures are \(pictures.codec == .h264 ? "H.264" : "H.265").")
        }
        if survey.sound == nil { notes.append("There is no AAC in it: only pictures come back.") }
        if survey.pictures == nil { notes.append("There are no pictures in it: only sound comes back.") }
        if !survey.leftOut.isEmpty { notes.append("Left out: \(survey.leftOut.joined(separator: ", ")).") }
        if survey.lossCount > 0 { notes.append("Packets are missing in \(survey.lossCount) places.") }
        if survey.lostUnitCount > 0 { notes.append("\(survey.lostUnitCount) units are damaged, and are left out.") }
        if survey.skippedByteCount > 0 { notes.append("\(survey.skippedByteCount) bytes are no packets.") }
        if output.exists {
            return RepairPlan(
                file, .transportStream, .whole, notes: ["\(output.name) is there already, so nothing is to be done."],
                durationMilliseconds: (survey.end - survey.origin) / 90)
        }
        return RepairPlan(
            file, .transportStream, survey.lossCount + survey.lostUnitCount > 0 ? .partly : .repairable, output: output,
            notes: notes,
            durationMilliseconds: max(0, survey.end - survey.origin) / 90,
            work: .transport(TransportWork(file: file, survey: survey)))
    }

    /// What is known of one stream.
    private struct Stream {
        var kind: StreamKind
        var count = 0
        var alignedCount = 0
        /// The times of the first few units.
        var first: [(presentation: Int64, decode: Int64)] = []
        var lastPresentation: Int64?
        /// The beginning of it, by which its codec is told where no table does.
        var sample: [UInt8] = []
    }

    private func look() throws -> TransportSurvey {
        var reader = try TransportReader(file, ReadCounter([file], listener))
        var streams: [UInt16: Stream] = [:]
        var survey = TransportSurvey()
        while let unit = try reader.next() {
            var stream = streams[unit.identifier] ?? Stream(kind: unit.kind)
            stream.kind = unit.kind
            stream.count += 1
            stream.alignedCount += unit.beginsWithStartCode ? 1 : 0
            if stream.first.count < Self.firstCount, let presentation = unit.presentationTicks {
                stream.first.append((presentation, unit.decodeTicks ?? presentation))
            }
            stream.lastPresentation = unit.presentationTicks ?? stream.lastPresentation
            if stream.sample.count < 4_096 { stream.sample += unit.bytes.prefix(4_096) }
            streams[unit.identifier] = stream
            survey.unitCount += 1
        }
        survey.kinds = reader.demuxer.kinds
        survey.lostUnitCount = reader.demuxer.droppedUnitCount
        survey.lossCount = reader.demuxer.lossCount
        survey.skippedByteCount = reader.skippedByteCount
        survey.scrambledPacketCount = reader.demuxer.scrambledPacketCount
        choose(streams, &survey)
        return survey
    }

    /// The largest stream of pictures that we know, and the largest of sound: a damaged packet may look like another's.
    private func choose(_ streams: [UInt16: Stream], _ survey: inout TransportSurvey) {
        var origins: [Int64] = []
        let ordered = streams.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        for (identifier, stream) in ordered {
            let first = Self.believable(stream.first)
            if survey.pictures == nil, let codec = Self.codec(of: stream) {
                survey.pictures = (identifier, codec)
                survey.isAligned = stream.alignedCount * 2 > stream.count
                survey.firstDecode = first?.decode ?? 0
                survey.delay = (first?.presentation ?? 0) - (first?.decode ?? 0)
            } else if survey.sound == nil, Self.isSound(stream) {
                survey.sound = identifier
                survey.firstSound = first?.presentation ?? 0
            } else {
                survey.leftOut.append(stream.kind.words)
                continue
            }
            if let first { origins.append(first.presentation) }
            survey.end = max(survey.end, stream.lastPresentation ?? 0)
        }
        survey.origin = origins.min() ?? 0
    }

    /// The first time that the one behind it agrees with, within ten seconds: damage hits single ones.
    private static func believable(_ times: [(presentation: Int64, decode: Int64)]) -> (
        presentation: Int64, decode: Int64
    )? {
        let pairs = zip(times, times.dropFirst())
        let agreeing = pairs.first { pair in
            abs(pair.1.decode - pair.0.decode) < 900_000 && (0..<900_000).contains(pair.0.presentation - pair.0.decode)
        }
        return agreeing?.0 ?? times.first.map { ($0.decode, $0.decode) }
    }

    private static func codec(of stream: Stream) -> Codec? {
        switch stream.kind {
        case .h264: .h264
        case .h265: .h265
        case .unnamedPictures: guess(stream.sample)
        case .adts, .unnamedSound, .other: nil
        }
    }

    /// Parameter sets tell the two apart: their headers look like nothing in the other.
    private static func guess(_ bytes: [UInt8]) -> Codec? {
        var reader = ByteStreamReader()
        reader.push(bytes)
        reader.finish()
        while let unit = reader.next() {
            if (try? H264.SequenceParameterSet(parsing: unit.bytes)) != nil { return .h264 }
            if (try? H265.SequenceParameterSet(parsing: unit.bytes)) != nil { return .h265 }
        }
        return nil
    }

    private static func isSound(_ stream: Stream) -> Bool {
        switch stream.kind {
        case .adts: return true
        case .unnamedSound:
            var reader = ADTSReader()
            reader.push(stream.sample)
            reader.finish()
            return reader.next() != nil
        case .h264, .h265, .unnamedPictures, .other: return false
        }
    }
}

extension StreamKind {
    /// What people call it.
    fileprivate var words: String {
        switch self {
        case .h264: "another stream of H.264"
        case .h265: "another stream of H.265"
        case .adts: "another stream of AAC"
        case .unnamedPictures: "pictures of an unknown codec"
        case .unnamedSound: "sound of an unknown codec"
        case .other(let number): "a stream of type \(number)"
        }
    }
}
