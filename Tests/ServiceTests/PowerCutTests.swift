import Bytes
import Capture
import Codecs
import Foundation
import MP4
import Storage
import TestSupport
import Testing
import Units
import WebM

@testable import Service

/// Every state in which a power cut may leave a recording, by what the calls that wrote it promise.
@Suite("A power cut")
struct PowerCutTests {
    /// `make soak` looks at every state of a minute; otherwise at some of ten seconds.
    private static let isSoak = ProcessInfo.processInfo.environment["LATHE_SOAK"] != nil
    private static let milliseconds: Int64 = isSoak ? 60_000 : 10_000
    /// How many choices of writes are looked at behind each call at the most.
    private static let choiceLimit = isSoak ? 256 : 3
    private static let tearCount = isSoak ? 2 : 1

    /// A recording of one user, call by call, with the time of the call that had passed by then.
    private struct Recorded {
        var operations: [JournalingFileSystem.Operation]
        /// How much of the call was over when each was made.
        var moments: [Int64]
        var file: String
        /// What the finished file holds.
        var whole: [UInt8]
    }

    private static func record(_ container: ContainerChoice) async throws -> Recorded {
        let disk = JournalingFileSystem()
        let bench = try CaptureBench(on: disk) { $0.container = container }
        bench.connect(container == .webm ? [.opus, .vp8] : [.opus, .h264], at: 0)
        var moments: [Int64] = []
        for time in stride(from: 0 as Int64, to: milliseconds, by: 100) {
            bench.send(from: time, to: time + 100, keyframes: time % 1_000 == 0) { frame, _ in
                // So large that a picture has sectors of its own, and never all zeros.
                frame.bytes = enlarged(frame.bytes, codec: frame.codec)
            }
            await bench.settle()
            if time % 1_000 == 500 { await bench.storage.commit() }
            moments += [Int64](repeating: time + 100, count: disk.operations.count - moments.count)
        }
        await bench.finish(at: milliseconds)
        moments += [Int64](repeating: milliseconds, count: disk.operations.count - moments.count)
        let path = bench.path(0)
        var end = PowerCut()
        for operation in disk.operations { end.perform(operation, on: path) }
        return Recorded(
            operations: disk.operations, moments: moments, file: path, whole: end.state(chosen: .max))
    }

    private static func enlarged(_ bytes: [UInt8], codec: Codec) -> [UInt8] {
        let more = (0..<1_500).map { UInt8(truncatingIfNeeded: $0 * 7 | 1) }
        guard codec == .h264, let last = H264.nalUnits(in: bytes).last else { return bytes + more }
        let unit = bytes[last] + more
        var larger = Array(bytes[..<(last.lowerBound - 4)])
        larger.append(bigEndian: UInt32(unit.count))
        return larger + unit
    }

    /// The samples of a file, track by track, with when they end in milliseconds.
    private static func samples(_ file: [UInt8], named name: String) -> [[(bytes: ArraySlice<UInt8>, end: Int64)]] {
        if name.hasSuffix(".webm") {
            return WebMFile(reading: file).tracks.map { track in
                track.samples.map { one in
                    (
                        file[one.offset..<one.offset + one.byteCount],
                        (one.nanoseconds + one.durationNanoseconds) / 1_000_000
                    )
                }
            }
        }
        return MovieFile(reading: file).tracks.map { track in
            track.samples.map { one in
                let end = (one.decodeTicks + Int64(one.durationTicks)) * 1000 / Int64(track.timescale.ticksPerSecond)
                return (file[one.offset..<one.offset + one.byteCount], end)
            }
        }
    }

    /// What is wrong with a state of the disk; nothing if it can be mended, loses little, and holds what was sent.
    private static func fault(
        _ state: [UInt8], _ recorded: Recorded, sent: [[ArraySlice<UInt8>]], atLeast wanted: Int64
    ) -> String? {
        let plan = TakeMender.plan(for: state, named: recorded.file)
        guard plan.result.isPlayable else { return wanted > 0 ? "it \(plan.result.words)" : nil }
        var disk = FakeDisk(holding: state)
        for write in plan.writes { disk.perform(write) }
        let again = TakeMender.plan(for: disk.bytes, named: recorded.file)
        guard again.result.outcome == .whole, again.writes.isEmpty else { return "mended, it \(again.result.words)" }
        let found = samples(disk.bytes, named: recorded.file)
        for (track, samples) in found.enumerated() where sent.indices.contains(track) {
            guard samples.map(\.bytes).elementsEqual(sent[track].prefix(samples.count)) else {
                return "track \(track) holds what was not sent"
            }
        }
        let end = found.compactMap { $0.last?.end }.min() ?? 0
        return end >= wanted ? nil : "it ends at \(end) ms, before \(wanted)"
    }

    @Test("costs at most two seconds of any file, which plays", arguments: [ContainerChoice.mp4, .webm])
    func everyState(_ container: ContainerChoice) async throws {
        let recorded = try await Self.record(container)
        let sent = Self.samples(recorded.whole, named: recorded.file).map { $0.map(\.bytes) }
        #expect(sent.map(\.count).reduce(0, +) > Int(Self.milliseconds) / 20)
        var generator = SeededGenerator(seed: 4_711)
        var cut = PowerCut()
        var (stateCount, faults) = (0, [String: Int]())
        let look = { (state: [UInt8], wanted: Int64) in
            stateCount += 1
            guard let fault = Self.fault(state, recorded, sent: sent, atLeast: wanted) else { return }
            faults[fault.replacing(/\d+/, with: "N"), default: 0] += 1
        }
        for (index, operation) in recorded.operations.enumerated() {
            cut.perform(operation, on: recorded.file)
            // 300 ms of sample and fragment lie in memory at the most, as after a kill.
            let wanted = recorded.moments[index] - 2_000
            let all: UInt64 = cut.pendingCount >= 63 ? .max : 1 << UInt64(cut.pendingCount) - 1
            var choices = Set([0, all])
            if all < UInt64(Self.choiceLimit) { choices.formUnion(0...all) }
            while choices.count < min(Self.choiceLimit, Int(clamping: all)) {
                choices.insert(UInt64.random(in: 0...all, using: &generator))
            }
            for chosen in choices.sorted() { look(cut.state(chosen: chosen), wanted) }
            for torn in 0..<cut.pendingCount where Self.isSoak || torn == index % cut.pendingCount {
                for _ in 0..<Self.tearCount {
                    let chosen = UInt64.random(in: 0...all, using: &generator)
                    look(cut.state(tearing: torn, chosen: chosen, using: &generator), wanted)
                }
            }
        }
        print("power cut, \(container.rawValue): \(stateCount) states of \(Self.milliseconds / 1000) s, \(faults)")
        #expect(faults.isEmpty)
    }
}
