import Bytes
import Capture
import Channel
import Codecs
import EventLoop
import Foundation
import Storage
import Units

/// How long it takes from the wish to stop to the final, closed file.
struct StopBenchmark {
    /// Whether the disk is waited for.
    enum Durability: CaseIterable {
        case process
        case power

        var words: String {
            switch self {
            case .process: "stop, leaving the disk to the kernel"
            case .power: "stop, waiting for the disk (fsync)"
            }
        }

        var storage: StorageThreads.Durability {
            switch self {
            case .process: .process
            case .power: .power(every: .seconds(1))
            }
        }
    }

    /// What is measured; those of stopping add up to `stop`.
    enum Stage: CaseIterable {
        case feed
        case index
        case queue
        case disk
        case stop

        var words: String {
            switch self {
            case .feed: "(feeding the hour)"
            case .index: "making the index"
            case .queue: "handing it to storage"
            case .disk: "writing, syncing where asked for, closing"
            case .stop: "**from stop to the final file**"
            }
        }
    }

    struct Run {
        fileprivate var times: [Stage: Duration] = [:]
        var byteCount = 0

        subscript(stage: Stage) -> Duration { times[stage] ?? .zero }
    }

    /// Feeding waits for the disk at this much, so that no queue overflows.
    private static let queueLimit = 64 << 20

    let length: Duration
    let durability: Durability

    /// Records the whole call into a file, stops, and deletes the file.
    func run() async throws -> Run {
        let path = FileManager.default.temporaryDirectory.path + "/lathe-bench-\(UUID().uuidString).mp4"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let storage = try StorageThreads(durability: durability.storage)
        let run = try await record(to: path, storage)
        await storage.stop()
        return run
    }

    private func record(to path: String, _ storage: StorageThreads) async throws -> Run {
        guard let settings = TakeSettings(video: .h264, audio: CallScript.sound, createdAtUnixMilliseconds: 0) else {
            preconditionFailure("an MP4 holds H.264 and AAC")
        }
        var take = Take(settings)
        var run = Run()
        let file = storage.create(path) { print("the file failed: \($0)") }
        let begin = SystemClock.now()
        for element in CallScript(length: length) {
            switch element {
            case .picture(let frame, let time): take.video(frame, at: time)
            case .sound(let packet): take.audio(packet)
            }
            while let write = take.nextWrite() { file.write(write) }
            while storage.queuedByteCount > Self.queueLimit { try await Task.sleep(for: .milliseconds(1)) }
        }
        run.times[.feed] = begin.duration(to: SystemClock.now())
        try await settle(storage)
        try await stop(&take, file, &run)
        return run
    }

    /// Waits until the disk has what a recording in real time would have given it long ago.
    private func settle(_ storage: StorageThreads) async throws {
        while storage.queuedByteCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        guard durability == .power else { return }
        let syncs = storage.counters.syncs
        while storage.counters.syncs <= syncs { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func stop(_ take: inout Take, _ file: StorageFile, _ run: inout Run) async throws {
        let begin = SystemClock.now()
        take.finish(at: ChannelTime(nanoseconds: length.wholeNanoseconds))
        let indexed = SystemClock.now()
        while let write = take.nextWrite() { file.write(write) }
        let queued = SystemClock.now()
        run.byteCount = try await file.finish()
        let closed = SystemClock.now()
        run.times[.index] = begin.duration(to: indexed)
        run.times[.queue] = indexed.duration(to: queued)
        run.times[.disk] = queued.duration(to: closed)
        run.times[.stop] = begin.duration(to: closed)
    }
}
