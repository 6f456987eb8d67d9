import Capture
import Codecs
import CommandLineOptions
import Foundation
import Glibc
import Publish
import Storage
import TestSupport
import Testing
import Units

@testable import Service

@Suite("Recording to a disk that refuses")
struct DiskTroubleTests {
    /// What a file holds as it lies there, and after it was mended.
    private static func look(_ path: String) throws -> (asItIs: MendedTake, mended: MendedTake) {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let plan = TakeMender.plan(for: bytes, named: path)
        var disk = FakeDisk(holding: bytes)
        for write in plan.writes { disk.perform(write) }
        bytes = disk.bytes
        return (plan.result, TakeMender.plan(for: bytes, named: path).result)
    }

    private static func takes(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("7_") }.sorted()
    }

    /// Two seconds of a call in virtual time, with storage's answers heard in between.
    private static func call(_ bench: CaptureBench, _ container: ContainerChoice) async {
        bench.connect(container == .webm ? [.opus, .vp8] : [.opus, .h264], at: 0)
        for time in stride(from: 0 as Int64, to: 2_000, by: 200) {
            bench.send(from: time, to: time + 200)
            await bench.settle()
        }
        await bench.finish(at: 2_000)
    }

    @Test(
        "leaves files that play, and says so, whichever call fails first",
        arguments: [ContainerChoice.mp4, .webm], [false, true])
    func everyCall(_ container: ContainerChoice, _ once: Bool) async throws {
        let whole = FaultyFileSystem()
        await Self.call(try CaptureBench(on: whole) { $0.container = container }, container)
        #expect(whole.callCount > 10)
        for number in 0..<whole.callCount {
            let disk = FaultyFileSystem()
            disk.fail(at: number, with: .error(EIO), once: once)
            let bench = try CaptureBench(on: disk) { $0.container = container }
            await Self.call(bench, container)
            #expect(!bench.failures.isEmpty, "call \(number) failed unheard")
            #expect(bench.failures.allSatisfy { $0.code == EIO })
            for name in try Self.takes(in: bench.directory) {
                let (before, after) = try Self.look(bench.directory + "/" + name)
                // A disk that takes nothing any more does not delete either.
                if before.outcome == .empty, !once { continue }
                #expect(before.isPlayable && after.outcome == .whole, "call \(number): \(name) \(before.words)")
            }
        }
    }

    @Test("ends a file where the disk is full, and begins another once there is room")
    func pause() async throws {
        let disk = FaultyFileSystem()
        let bench = try CaptureBench(on: disk)
        bench.connect(at: 0)
        for time in stride(from: 0 as Int64, to: 6_000, by: 200) {
            if time == 2_000 { disk.fault = .room(0) }
            if time == 2_600 { disk.fault = nil }
            bench.send(from: time, to: time + 200)
            await bench.settle()
        }
        await bench.finish(at: 6_000)
        #expect(bench.closed.map(\.cause) == [.first, .storage])
        #expect(bench.failures.allSatisfy { $0.isDiskFull })
        // The first wait is a second, and the second file begins with a keyframe, of which there is one each 200 ms.
        #expect(bench.spans[1].lowerBound >= 3_000 && bench.spans[1].lowerBound <= 3_600)
        #expect(bench.spans[1].upperBound == 6_000)
        let resumed = bench.happenings.filter { $0.hasPrefix("writeResumed") }
        #expect(resumed.count == 1 && resumed[0].contains("frames are in no file"))
        for number in 0...1 { #expect(try Self.look(bench.path(number)).mended.outcome == .whole) }
    }

    @Test("waits longer each time that another file fails as well")
    func backOff() {
        var pause = WritePause(at: .ms(0))
        var waits: [Int64] = [(pause.until - .ms(0)).wholeMilliseconds]
        for _ in 0..<8 {
            let now = pause.until
            pause.prolong(at: now)
            waits.append((pause.until - now).wholeMilliseconds)
        }
        #expect(waits == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
        #expect(pause.since == .ms(0))
    }

    @Test("refuses new recordings while little is free, and makes whole what a full disk ended")
    func fullDisk() async throws {
        let disk = FaultyFileSystem()
        try await withHub({ $0.minimumFree = .init(1 << 20) }, on: disk) { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            let sending = Task { try await user.send(for: .seconds(5)) }
            _ = try await eventually("a file is on the disk") {
                (try await hub.recording(id)).takes.first { $0.byteCount > 50_000 }
            }
            disk.fault = .room(1000)
            let refused = try await eventually("the disk refuses") {
                try await hub.recording(id).events.first { $0.type == "writeFailed" }
            }
            #expect(refused.detail?.contains("No space left on device") == true)
            let problem = await #expect(throws: Problem.self) {
                _ = try await hub.startRecording(RecordingRequest(channel: "other"))
            }
            #expect(problem?.status == 507)
            #expect(problem?.detail.contains("--min-free wants 1 MB") == true)
            disk.fault = nil
            _ = try await eventually("files are written again") {
                try await hub.recording(id).events.first { $0.type == "writeResumed" }
            }
            _ = try await hub.startRecording(RecordingRequest(channel: "other"))
            try await sending.value
            let document = try await hub.stopAndFinish(id)
            #expect(document.takes.map(\.state) == [.recovered, .closed])
            #expect(document.takes.map(\.cause) == [.first, .storage])
            #expect(document.events.contains { $0.type == "takeMended" })
            for take in document.takes {
                #expect(try Self.look(document.directory + "/" + take.file).asItIs.outcome == .whole)
            }
        }
    }
}
