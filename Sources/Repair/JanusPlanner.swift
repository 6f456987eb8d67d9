import Bytes
import Capture
import Codecs
import Foundation
import MJR
import RTP
import Storage
import Units

/// Plans for recordings of the Janus WebRTC server: packets as they arrived, sound and pictures in a file each.
struct JanusPlanner {
    let files: [FilePath]
    let options: RepairOptions
    let listener: ProgressListener

    /// What a look through one file found.
    private struct Found {
        var source: JanusLane.Source
        var packetCount = 0
        var channelCount = 1
        var seconds: Double = 0
        var isCut = false
    }

    func plan() throws -> RepairPlan {
        guard let first = files.first else { preconditionFailure("a group has files") }
        var found: [Found] = []
        for file in files {
            do {
                if let one = try look(file) { found.append(one) }
            } catch let refusal as RepairRefusal { return RepairPlan(file, .janus, .hopeless(refusal)) }
        }
        let pictures = found.first { $0.source.codec.kind == .video }
        let sound = found.first { $0.source.codec.kind == .audio }
        guard pictures != nil || sound != nil else { return RepairPlan(first, .janus, .empty) }
        guard let container = Self.container(pictures?.source.codec, sound?.source.codec) else {
            let refusal = RepairRefusal("no file of ours holds its codecs together")
            return RepairPlan(first, .janus, .hopeless(refusal))
        }
        return plan(first, pictures, sound, container)
    }

    private func plan(_ first: FilePath, _ pictures: Found?, _ sound: Found?, _ container: Container) -> RepairPlan {
        let output = first.sibling("\(JanusFiles.stem(of: files)).\(container.fileExtension)")
        let both = [pictures, sound].compactMap { $0 }
        let length = Int64((both.map(\.seconds).max() ?? 0) * 1_000)
        if output.exists {
            return RepairPlan(
                first, .janus, .whole, notes: ["\(output.name) is there already, so nothing is to be done."],
                durationMilliseconds: length)
        }
        var notes = ["Made of \(both.map(\.source.file.name).joined(separator: " and "))."]
        if both.count == 2 {
            notes.append(
                "Assumed: what arrived with the least delay was captured together; the recording holds no sender's clock."
            )
        } else if pictures == nil {
            notes.append("There is no recording of pictures beside it.")
        } else {
            notes.append("There is no recording of sound beside it.")
        }
        let starts = both.compactMap(\.source.description.u)
        let origin = starts.min() ?? 0
        let place = { (found: Found?) in
            found.map { found in
                var source = found.source
                source.offsetNanoseconds = Self.offset(of: source.description.u ?? origin, from: origin)
                return source
            }
        }
        let work = JanusWork(
            pictures: place(pictures), sound: place(sound), channelCount: sound?.channelCount ?? 1,
            container: container, creation: origin > 0 ? origin / 1_000 : first.changedAtUnixMilliseconds)
        return RepairPlan(
            first, .janus, .repairable, output: output, notes: notes, durationMilliseconds: length, work: .janus(work))
    }

    /// Nanoseconds between two moments given in microseconds; none if they are a day apart: then one is damaged.
    private static func offset(of start: Int64, from origin: Int64) -> Int64 {
        let (microseconds, isOver) = start.subtractingReportingOverflow(origin)
        return isOver || !(0...86_400_000_000).contains(microseconds) ? 0 : microseconds * 1_000
    }

    private static func container(_ pictures: Codec?, _ sound: Codec?) -> Container? {
        let kept = sound.map { $0 == .opus ? Codec.opus : .aac }
        return (try? Container(video: pictures, audio: kept, choice: .auto))
            ?? (try? Container(video: pictures, audio: kept, choice: .mp4))
    }

    /// Reads a file through; nothing if there is not a packet in it.
    private func look(_ path: FilePath) throws -> Found? {
        do {
            var probe = try JanusReader(path, rate: .video, nil)
            let description = try describe(probe.description)
            guard let codec = description.codec, description.e != true else {
                throw RepairRefusal(
                    description.e == true ? "its media are encrypted from end to end" : "its codec is \(description.c)",
                    remedy: description.e == true
                        ? "only its members can decrypt them"
                        : "H.264, H.265, VP8, VP9, AV1, "
                            + "Opus, G.711 and G.722 are known")
            }
            probe = try JanusReader(path, rate: codec.clockRate, ReadCounter([path], listener))
            var clock = JanusClock(codec.clockRate)
            var found = Found(
                source: JanusLane.Source(
                    file: path, codec: codec, description: description, timeline: clock.timeline))
            while let packet = try probe.next() {
                clock.note(ticks: packet.ticks, arrivalMilliseconds: packet.arrivalMilliseconds)
                found.packetCount += 1
                found.seconds = max(found.seconds, Double(packet.arrivalMilliseconds) / 1_000)
                // The second bit from the right of an Opus packet's first byte but two says that it is stereo.
                if codec == .opus, Opus.channelCount(of: Array(packet.bytes[packet.header.payload].prefix(1))) == 2 {
                    found.channelCount = 2
                }
            }
            found.source.timeline = clock.timeline
            return found.packetCount > 0 ? found : nil
        } catch let error as WireError {
            throw RepairRefusal("it does not begin as a Janus recording does (\(error))")
        }
    }

    private func describe(_ json: [UInt8]) throws -> JanusDescription {
        do {
            return try JSONDecoder().decode(JanusDescription.self, from: Data(json))
        } catch {
            throw RepairRefusal("what it says of itself cannot be read", remedy: "compare its head with another one's")
        }
    }
}
