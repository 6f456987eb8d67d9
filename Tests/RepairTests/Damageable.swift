import Bytes
import Capture
import Codecs
import Depacketize
import Elementary
import Foundation
import MP4
import TestSupport
import Units
import WebM

@testable import Repair

/// A file that is to be damaged, with all that is in it and where each of that ends.
struct Damageable: Sendable {
    /// What kind of file it is.
    enum Kind: String, CaseIterable, Sendable {
        /// Our own, as a killed process leaves them.
        case mp4, webM
        /// Our own, finished.
        case finishedMP4
        /// Somebody else's, finished.
        case matroska
        case adts
        /// Our own, of a constant bit rate whose frames are not all equally long.
        case mp3
        case transport
        case janusPictures
        case janusSound
        /// Of three streams beside a take the one that is damaged.
        case timedPictures, timedSound, times
        /// The same without times.
        case pictures, sound
    }

    var name: String
    var bytes: [UInt8] = []
    /// Other files that belong to it.
    var others: [String: [UInt8]] = [:]
    /// The file that is made.
    var output: String
    var pictures: [(end: Int, bytes: [UInt8])] = []
    var sounds: [(end: Int, bytes: [UInt8])] = []
    /// Where bits are flipped; everywhere if nothing is said.
    var flipped: Range<Int>?
    /// How far from a damaged byte what lies before it may be taken along: a transport stream's packet, and what shows
    /// that a sample has ended.
    var reach = 0

    init(_ kind: Kind) throws {
        switch kind {
        case .mp4: self = try Self.movie(isFinished: false)
        case .finishedMP4: self = try Self.movie(isFinished: true)
        case .webM: self = try Self.webM(isFinished: false)
        case .matroska: self = try Self.webM(isFinished: true)
        case .adts: self = try Self.adts()
        case .mp3: self = Self.mp3()
        case .transport: self = try Self.transport()
        case .janusPictures: self = try Self.janusPictures()
        case .janusSound: self = try Self.janusSound()
        case .timedPictures, .timedSound, .times, .pictures, .sound: self = try Self.streams(kind)
        }
    }

    private init(name: String, output: String) { (self.name, self.output) = (name, output) }

    private static func movie(isFinished: Bool) throws -> Damageable {
        var made = Damageable(name: "a.mp4", output: "a.repaired.mp4")
        made.bytes = try Recorded.take(finish: isFinished).file.bytes
        for track in MovieFile(reading: made.bytes).tracks {
            let found = track.samples.map { sample in
                (sample.offset + sample.byteCount, made.bytes.read(at: sample.offset, count: sample.byteCount))
            }
            if track.handler == "vide" { made.pictures = found } else { made.sounds = found }
        }
        if isFinished {
            // What of the index is damaged need not show: it says where samples are, and something is everywhere.
            let media = MovieFile(reading: made.bytes).boxes.first { $0.type == "mdat" }
            made.flipped = 48..<(media?.end ?? made.bytes.count)
        }
        return made
    }

    private static func webM(isFinished: Bool) throws -> Damageable {
        var made = Damageable(name: "a.webm", output: "a.repaired.webm")
        made.bytes = try Recorded.take(.webm, finish: isFinished).file.bytes
        for track in WebMFile(reading: made.bytes).tracks {
            let found = track.samples.map { sample in
                (sample.offset + sample.byteCount, made.bytes.read(at: sample.offset, count: sample.byteCount))
            }
            if track.kind == .video { made.pictures = found } else { made.sounds = found }
        }
        return made
    }

    private static func adts() throws -> Damageable {
        var made = Damageable(name: "a.aac", output: "a.repaired.aac")
        for sample in try Fixture(.aac).samples { made.addSound(sample.bytes) }
        return made
    }

    private static func mp3() -> Damageable {
        var made = Damageable(name: "a.mp3", output: "a.repaired.mp3")
        var take = Take(
            TakeSettings(
                video: nil, audio: .mp3(sampleRate: 44_100, channelCount: 2, delay: 1_105), container: .mp3,
                createdAtUnixMilliseconds: 0))
        let frames = MP3Frames(.stereo44, count: 80).frames
        for (number, frame) in frames.enumerated() {
            take.audio(AudioPacket(position: Int64(number * 1_254), sampleCount: 1_254, bytes: frame))
        }
        take.finish(at: .ms(2_080))
        var disk = FakeDisk()
        while let write = take.nextWrite() { disk.perform(write) }
        made.bytes = disk.bytes
        var end = made.bytes.count - frames.reduce(0) { $0 + $1.count }
        for frame in frames {
            end += frame.count
            made.sounds.append((end, frame))
        }
        return made
    }

    private mutating func addSound(_ packet: [UInt8]) {
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        bytes += AAC.adtsHeader(configuration, byteCount: packet.count) + packet
        sounds.append((bytes.count, packet))
    }

    private static func transport() throws -> Damageable {
        var made = Damageable(name: "a.ts", output: "a.mp4")
        made.reach = 188
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        var writer = TransportWriter()
        var packets = try Fixture(.aac).samples[...]
        for (number, picture) in try Fixture(.h264).samplesInBand.enumerated() {
            if number % 10 == 0 { writer.tables() }
            writer.picture(H264.byteStream(of: picture.bytes), presentation: picture.decodeTicks + 126_000)
            made.pictures.append((writer.bytes.count, picture.bytes))
            while let packet = packets.first, packet.decodeTicks * 15 <= picture.decodeTicks * 8 {
                let header = AAC.adtsHeader(configuration, byteCount: packet.bytes.count)
                writer.sound(header + packet.bytes, presentation: packet.decodeTicks * 15 / 8 + 126_000)
                made.sounds.append((writer.bytes.count, packet.bytes))
                packets = packets.dropFirst()
            }
        }
        made.bytes = writer.bytes
        return made
    }

    private static func janusPictures() throws -> Damageable {
        var made = Damageable(name: "a-video-0.mjr", output: "a.mp4")
        var writer = MJRWriter(#"{"t":"v","c":"h264","s":1,"u":1700000000000000}"#)
        var sequence: UInt16 = 65_530
        for sample in try Fixture(.h264).samplesInBand {
            var packetizer = Packetizer(.h264, maximumPayloadByteCount: 600)
            packetizer.load(
                Frame(
                    codec: .h264, ticks: sample.decodeTicks, isKeyframe: sample.isKeyframe, bytes: sample.bytes,
                    arrival: .ms(0)))
            while packetizer.advance() {
                let packet = MJRWriter.rtp(
                    packetizer.payload, sequence: sequence, timestamp: UInt32(sample.decodeTicks),
                    marker: packetizer.marker)
                writer.packet(packet, arrivalMilliseconds: UInt32(sample.decodeTicks / 90))
                sequence &+= 1
            }
            made.pictures.append((writer.bytes.count, sample.bytes))
        }
        made.bytes = writer.bytes
        return made
    }

    private static func janusSound() throws -> Damageable {
        var made = Damageable(name: "a-audio-0.mjr", output: "a.m4a")
        var writer = MJRWriter(#"{"t":"a","c":"opus","s":1,"u":1700000000000000}"#)
        for (number, sample) in try Fixture(.opus).samples.enumerated() {
            let packet = MJRWriter.rtp(
                sample.bytes, sequence: UInt16(number), timestamp: UInt32(sample.decodeTicks), payloadType: 111)
            writer.packet(packet, arrivalMilliseconds: UInt32(sample.decodeTicks / 48))
            made.sounds.append((writer.bytes.count, sample.bytes))
        }
        made.bytes = writer.bytes
        return made
    }

    private static func streams(_ kind: Kind) throws -> Damageable {
        let recorded = try Recorded.take(hasStreams: true)
        var made = Damageable(name: "", output: "a.repaired.mp4")
        var names = ["h264": RecoveryStreams.Stream.pictures(.h264), "aac": .sound, "times": .times]
        if kind == .pictures || kind == .sound { names["times"] = nil }
        for (suffix, stream) in names { made.others["a.mp4.\(suffix)"] = recorded.streams[stream] }
        let damaged = [.timedPictures, .pictures].contains(kind) ? "h264" : kind == .times ? "times" : "aac"
        made.name = "a.mp4.\(damaged)"
        // Without sizes a picture ends where the next begins, so a damaged beginning takes its neighbour along.
        if kind == .pictures { made.reach = 6 }
        made.bytes = made.others.removeValue(forKey: made.name) ?? []
        var (pictures, sounds) = (0, 0)
        let movie = MovieFile(reading: recorded.file.bytes)
        for track in movie.tracks {
            for sample in track.samples {
                let bytes = recorded.file.bytes.read(at: sample.offset, count: sample.byteCount)
                if track.handler == "vide" {
                    pictures += bytes.count
                    // What is in the undamaged streams is to come back whole.
                    made.pictures.append((damaged == "h264" ? pictures : 0, bytes))
                } else {
                    sounds += bytes.count + AAC.adtsHeaderByteCount
                    made.sounds.append((damaged == "aac" ? sounds : 0, bytes))
                }
            }
        }
        return made
    }
}

extension Damageable {
    /// What a repaired file holds, of pictures and of sound.
    static func content(_ bytes: [UInt8], _ name: String) -> (pictures: [[UInt8]], sounds: [[UInt8]]) {
        if name.hasSuffix(".aac") { return ([], adtsPackets(bytes)) }
        if name.hasSuffix(".mp3") { return ([], mp3Frames(bytes)) }
        var found: (pictures: [[UInt8]], sounds: [[UInt8]]) = ([], [])
        for track in MovieFile(reading: bytes).tracks where name.hasSuffix(".mp4") || name.hasSuffix(".m4a") {
            let samples = track.samples.map { bytes.read(at: $0.offset, count: $0.byteCount) }
            if track.handler == "vide" { found.pictures = samples } else { found.sounds = samples }
        }
        for track in WebMFile(reading: bytes).tracks where name.hasSuffix(".webm") {
            let samples = track.samples.map { bytes.read(at: $0.offset, count: $0.byteCount) }
            if track.kind == .video { found.pictures = samples } else { found.sounds = samples }
        }
        return found
    }

    /// All frames but the first, which is none of sound.
    private static func mp3Frames(_ bytes: [UInt8]) -> [[UInt8]] {
        var scanner = MP3Scanner(bytes)
        var frames: [[UInt8]] = []
        while let piece = scanner.next() {
            if case .frame(_, let range) = piece, range.lowerBound > 0 { frames.append(Array(bytes[range])) }
        }
        return frames
    }

    private static func adtsPackets(_ bytes: [UInt8]) -> [[UInt8]] {
        var (packets, position): ([[UInt8]], Int) = ([], 0)
        while position < bytes.count, let found = try? AAC.parseADTS(bytes.span.extracting(position..<bytes.count)) {
            packets.append(Array(bytes[position + found.packet.lowerBound..<position + found.packet.upperBound]))
            position += found.packet.upperBound
        }
        return packets
    }
}
