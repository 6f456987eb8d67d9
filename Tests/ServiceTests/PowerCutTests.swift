import Bytes
import Capture
import Channel
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
    /// 300 ms of sample and fragment lie in memory at the most, as after a kill, and the disk is a second behind.
    private static let lossLimit: Int64 = 2_000

    /// A recording of two users, call by call, with the time of the call that had passed by then.
    private struct Recorded {
        var operations: [JournalingFileSystem.Operation]
        /// How much of the call was over when each was made.
        var moments: [Int64]
        var files: [String]
        /// What a finished file holds.
        func whole(_ file: String) -> [UInt8] {
            var end = PowerCut()
            for operation in operations { end.perform(operation, on: file) }
            return end.state(chosen: .max)
        }
    }

    /// One user sends H.264, which goes to an MP4, the other VP8, which goes to a WebM.
    private static func record() async throws -> Recorded {
        let disk = JournalingFileSystem()
        let first = try CaptureBench(on: disk)
        let second = try CaptureBench(beside: first, order: { $0.user = .number(8) })
        first.connect([.opus, .h264], at: 0)
        second.connect([.opus, .vp8], at: 0)
        var moments: [Int64] = []
        var commit: Task<Void, Never>?
        for time in stride(from: 0 as Int64, to: milliseconds, by: 100) {
            for bench in [first, second] {
                bench.send(from: time, to: time + 100, keyframes: time % 1_000 == 0) { frame, _ in
                    // So large that a picture has sectors of its own, and never all zeros.
                    frame.bytes = enlarged(frame.bytes, codec: frame.codec)
                }
            }
            await first.settle()
            if let begun = commit.take() {
                // What came since is on the disk only after the next.
                disk.releaseSyncs()
                await begun.value
            }
            if time % 1_000 == 500 { commit = await beginCommit(first.storage, disk) }
            moments += [Int64](repeating: time + 100, count: disk.operations.count - moments.count)
        }
        await second.finish(at: milliseconds, isLast: false)
        await first.finish(at: milliseconds)
        moments += [Int64](repeating: milliseconds, count: disk.operations.count - moments.count)
        return Recorded(operations: disk.operations, moments: moments, files: [first.path(0), second.path(0)])
    }

    /// Begins a sync of all that is dirty, which ends when the disk lets it.
    private static func beginCommit(
        _ storage: StorageThreads, _ disk: JournalingFileSystem
    ) async -> Task<Void, Never> {
        disk.holdSyncs()
        let begun = disk.syncCount
        let commit = Task { await storage.commit() }
        while disk.syncCount == begun { await Task.yield() }
        return commit
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

    /// What must be left of a file behind a call.
    private struct Kept {
        var file: String
        var call: Int
        /// All that was sent, track by track.
        var sent: [[ArraySlice<UInt8>]]
        /// Up to when all of it must be there, in milliseconds.
        var wanted: Int64
    }

    /// What is wrong with a state of the disk; nothing if it can be mended, loses little, and holds what was sent.
    private static func fault(_ state: [UInt8], _ kept: Kept, _ second: inout SecondLook) throws -> String? {
        let (file, sent) = (kept.file, kept.sent)
        let plan = TakeMender.plan(for: state, named: file)
        guard plan.result.isPlayable else { return kept.wanted > 0 ? "it \(plan.result.words)" : nil }
        var disk = FakeDisk(holding: state)
        for write in plan.writes { disk.perform(write) }
        let again = TakeMender.plan(for: disk.bytes, named: file)
        guard again.result.outcome == .whole, again.writes.isEmpty else { return "mended, it \(again.result.words)" }
        let found = samples(disk.bytes, named: file)
        for (track, samples) in found.enumerated() where sent.indices.contains(track) {
            guard samples.map(\.bytes).elementsEqual(sent[track].prefix(samples.count)) else {
                return "track \(track) holds what was not sent"
            }
        }
        let counts = found.map(\.count)
        if let fault = try second.fault(of: disk.bytes, named: file, behind: kept.call, sampleCounts: counts) {
            return fault
        }
        let end = found.compactMap { $0.last?.end }.min() ?? 0
        return end >= kept.wanted ? nil : "it ends at \(end) ms, before \(kept.wanted)"
    }

    /// What ffprobe finds in the files that were mended: one of each shape behind each call is looked at.
    private struct SecondLook {
        /// Of how many shapes one is looked at: all in the long form.
        private static let stride = isSoak ? 1 : 10

        /// How long a mended file is, and how much its tracks hold.
        private struct Shape: Hashable {
            var call: Int
            var byteCount: Int
            var sampleCounts: [Int]
        }

        private var known: Set<Shape> = []
        private(set) var count = 0

        mutating func fault(
            of file: [UInt8], named name: String, behind call: Int, sampleCounts: [Int]
        ) throws -> String? {
            let shape = Shape(call: call, byteCount: file.count, sampleCounts: sampleCounts)
            guard SecondOpinion.isAvailable, known.insert(shape).inserted else { return nil }
            guard known.count % Self.stride == 1 || Self.stride == 1 else { return nil }
            count += 1
            let kind = String(name.split(separator: ".").last ?? "")
            let answer = try SecondOpinion.run(
                on: file, extension: kind,
                ["-v", "fatal", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"])
            let counts = answer.output.split(separator: "\n").compactMap { Int($0.filter(\.isNumber)) }
            return answer.status == 0 && counts == sampleCounts
                ? nil : "ffprobe ends with \(answer.status) and finds \(counts), not \(sampleCounts): \(answer.errors)"
        }
    }

    @Test("costs at most two seconds of any file, which plays")
    func everyState() async throws {
        let recorded = try await Self.record()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for file in recorded.files { group.addTask { try Self.look(at: file, recorded) } }
            try await group.waitForAll()
        }
    }

    private static func look(at file: String, _ recorded: Recorded) throws {
        var second = SecondLook()
        let sent = samples(recorded.whole(file), named: file).map { $0.map(\.bytes) }
        #expect(sent.map(\.count).reduce(0, +) > Int(milliseconds) / 20)
        let (stateCount, faults) = try lookAtStates(of: file, recorded, sent: sent, &second)
        let kind = file.split(separator: ".").last ?? ""
        print(
            "power cut, \(kind) of two: \(stateCount) states of \(milliseconds / 1000) s, \(faults);",
            "ffprobe has opened \(second.count) different ones")
        #expect(faults.isEmpty)
        #expect(second.count > 5 || !SecondOpinion.isAvailable)
    }

    /// Looks at what may be left of a file behind each call, and counts what is wrong with it.
    private static func lookAtStates(
        of file: String, _ recorded: Recorded, sent: [[ArraySlice<UInt8>]], _ second: inout SecondLook
    ) throws -> (stateCount: Int, faults: [String: Int]) {
        var generator = SeededGenerator(seed: 4_711)
        var cut = PowerCut()
        var (stateCount, faults) = (0, [String: Int]())
        for (index, operation) in recorded.operations.enumerated() {
            cut.perform(operation, on: file)
            // What concerns another file changes nothing here, nor does a sync before it ends.
            if case .beginSync = operation { continue }
            guard operation.path == file || file.hasPrefix(operation.path + "/") else { continue }
            let kept = Kept(file: file, call: index, sent: sent, wanted: recorded.moments[index] - lossLimit)
            try forEachState(of: cut, at: index, &generator) { state in
                stateCount += 1
                guard let fault = try fault(state, kept, &second) else { return }
                faults[fault.replacing(/\d+/, with: "N"), default: 0] += 1
            }
            if isSoak, index % 100 == 0 { tell("\(file): call \(index), \(stateCount) states\n") }
        }
        return (stateCount, faults)
    }

    /// Says how far the long form is, at once.
    private static func tell(_ line: String) { FileHandle.standardError.write(Data(line.utf8)) }

    /// Shows what the disk may hold: each write there or not, and some of them torn.
    private static func forEachState(
        of cut: PowerCut, at index: Int, _ generator: inout SeededGenerator, _ body: ([UInt8]) throws -> Void
    ) rethrows {
        let all: UInt64 = cut.pendingCount >= 63 ? .max : 1 << UInt64(cut.pendingCount) - 1
        var choices = Set([0, all])
        if all < UInt64(choiceLimit) { choices.formUnion(0...all) }
        while choices.count < min(choiceLimit, Int(clamping: all)) {
            choices.insert(UInt64.random(in: 0...all, using: &generator))
        }
        for chosen in choices.sorted() { try body(cut.state(chosen: chosen)) }
        for torn in 0..<cut.pendingCount where isSoak || torn == index % cut.pendingCount {
            for _ in 0..<tearCount {
                let chosen = UInt64.random(in: 0...all, using: &generator)
                try body(cut.state(tearing: torn, chosen: chosen, using: &generator))
            }
        }
    }
}
