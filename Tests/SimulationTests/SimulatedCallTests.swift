import Capture
import EventLoop
import Foundation
import Storage
import TestSupport
import Testing
import Units

@testable import Service

/// Random calls from beginning to end: whatever happens in them, their files are whole.
///
/// `CALLS` says how many (8), `MINUTES` how long each is (1), `FIRST_SEED` where they begin; `make soak` takes 500 of ten
/// minutes. Each failure names its seed.
@Suite("Simulated calls with everything that happens in real ones", .serialized)
struct SimulatedCallTests {
    static let calls = number("CALLS", 8)
    static let minutes = number("MINUTES", 1)
    static let firstSeed = number("FIRST_SEED", 1)

    static func number(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test("leave files that every player takes, as long as the call was", arguments: 0..<calls)
    func call(_ index: Int) async throws {
        let scenario = Scenario(seed: UInt64(Self.firstSeed + index), length: .seconds(60 * Self.minutes))
        let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-call-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let storage = try StorageThreads(durability: .process)
        let (_, input) = AsyncStream.makeStream(of: PeerNotice.self)
        let loop = try MediaLoop(port: 0, notices: input)
        let call = try SimulatedCall(scenario, directory: directory.path, storage: storage, mediaLoop: loop)
        let outcome = try await call.run()
        await storage.stop()
        loop.loop.stop()
        #expect(outcome.troubles.isEmpty, "\(scenario)")
        #expect(!outcome.takes.isEmpty, "\(scenario)")
        for take in outcome.takes {
            let flaws = try Self.flaws(of: directory.appending(path: take.file).path, take)
            #expect(flaws.isEmpty, "\(take.file) of \(scenario)")
        }
    }

    /// Everything that is wrong with a file, in the eyes of FFmpeg and beside what the recorder says of it.
    private static func flaws(of path: String, _ take: TakeSummary) throws -> [String] {
        var flaws: [String] = []
        let decoding = try ChildProgram.run(
            "ffmpeg", ["-v", "error", "-i", path, "-enc_time_base", "-1", "-f", "null", "-"])
        flaws += decoding.errors.split(separator: "\n").prefix(5).map(String.init)
        if decoding.status != 0 { flaws.append("ffmpeg ends with \(decoding.status)") }
        let packets = try ChildProgram.run(
            "ffprobe",
            ["-v", "error", "-show_entries", "packet=stream_index,dts:format=duration", "-of", "csv=p=0", path])
        var last: [Substring: Int] = [:]
        for line in String(decoding: packets.output, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: ",")
            if fields.count == 2, let time = Int(fields[1]) {
                if let before = last[fields[0]], before >= time {
                    flaws.append("stream \(fields[0]) goes from \(before) to \(time)")
                }
                last[fields[0]] = time
            } else if fields.count == 1, let duration = Double(fields[0]) {
                let off = duration - Double((take.end - take.start).wholeNanoseconds) / 1e9
                // A picture of the feed, or a packet of AAC.
                if abs(off) > 1 / Double(EncodedLoop.framesPerSecond) { flaws.append("it is \(off) s too long") }
            }
        }
        return flaws
    }
}
