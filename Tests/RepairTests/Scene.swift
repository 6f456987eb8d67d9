import Bytes
import Capture
import Codecs
import Foundation
import MP4
import TestSupport
import Testing
import Units

@testable import Repair

/// A directory of a test's own.
final class Scene {
    let path: String

    /// Many repairs go faster where nothing is ever synced.
    init(inMemory: Bool = false) throws {
        let memory = URL(filePath: "/dev/shm")
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let parent = inMemory && isThere ? memory : FileManager.default.temporaryDirectory
        path = parent.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// Deletes all files.
    func clear() throws { for name in names { try FileManager.default.removeItem(atPath: "\(path)/\(name)") } }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\(name)"))) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// Repairs a file, or all of the directory, and returns what became of each.
    @discardableResult
    func repair(_ name: String? = nil, inPlace: Bool = false) throws -> [RepairReport] {
        let options = RepairOptions(isInPlace: inPlace)
        var planner = RepairPlanner(options)
        return try RepairSurvey.candidates(at: name.map { "\(path)/\($0)" } ?? path).map { candidate in
            do {
                let report = try RepairJob(try planner.plan(candidate), options).perform()
                planner.note(report)
                return report
            } catch {
                return RepairReport(failed: candidate.path, error)
            }
        }
    }
}

/// Recordings that something happens to.
enum Recorded {
    /// Two seconds of a take of pictures and sound, as writes.
    static func take(_ container: Container = .mp4, finish: Bool = true, hasStreams: Bool = false) throws
        -> RecordedTake
    {
        let isWebM = container == .webm
        let (pictures, sound) = (try Fixture(isWebM ? .vp8 : .h264), try Fixture(isWebM ? .opus : .aac))
        var take = Take(
            TakeSettings(
                video: pictures.format.codec, audio: sound.format, container: container,
                hasRecoveryStreams: hasStreams, createdAtUnixMilliseconds: 1_790_000_000_000))
        var recorded = RecordedTake()
        let frames = pictures.samplesInBand
        var packets = sound.samples[...]
        for (number, sample) in frames.enumerated() {
            let time = ChannelTime(nanoseconds: sample.decodeTicks * 100_000 / 9)
            while let packet = packets.first, packet.decodeTicks * 15 <= sample.decodeTicks * 8 {
                take.audio(
                    AudioPacket(
                        position: packet.decodeTicks, sampleCount: Int(packet.durationTicks), bytes: packet.bytes))
                packets = packets.dropFirst()
            }
            var frame = Frame(
                codec: pictures.format.codec, ticks: sample.decodeTicks, isKeyframe: sample.isKeyframe,
                bytes: sample.bytes, arrival: .ms(Int64(number) * 33))
            frame.isRepaired = false
            take.video(frame, at: time)
            recorded.drain(&take)
        }
        if finish { take.finish(at: .ms(2_000)) }
        recorded.drain(&take)
        return recorded
    }
}

/// What a take left on the disk.
struct RecordedTake {
    var file = FakeDisk()
    var streams: [RecoveryStreams.Stream: [UInt8]] = [:]

    mutating func drain(_ take: inout Take) {
        while let write = take.nextWrite() { file.perform(write) }
        while let (stream, write) = take.nextRecoveryWrite() {
            if case .append(let bytes) = write { streams[stream, default: []] += bytes }
        }
    }
}

/// The samples of a finished MP4 file: when each is decoded and shown, and its bytes.
struct Content: Equatable {
    var pictures: [String] = []
    var sounds: [String] = []

    init(_ bytes: [UInt8]) {
        for track in MovieFile(reading: bytes).tracks {
            let lines = track.samples.map { sample in
                let content = bytes[sample.offset..<sample.offset + sample.byteCount]
                return "\(sample.decodeTicks)+\(sample.compositionOffset) \(sample.isKeyframe) \(content.hashValue)"
            }
            if track.handler == "vide" { pictures = lines } else { sounds = lines }
        }
    }
}
