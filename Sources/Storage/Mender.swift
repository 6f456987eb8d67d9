import Bytes
import EventLoop

/// Changes files that are there and that nobody writes, on a thread of its own.
actor Mender {
    nonisolated let loop: EventLoop
    private let fileSystem: any FileSystem

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop, fileSystem: some FileSystem) {
        self.loop = loop
        self.fileSystem = fileSystem
    }

    /// Lets `plan` look at a file that nobody writes, and performs what it asks for, durably.
    ///
    /// If that fails midway, what was appended is cut off again as far as that works; the order of the writes has to see to
    /// it that the file is no worse than before whatever is missing.
    func amend<Result: Sendable>(
        _ path: String, _ plan: @Sendable (any ByteSource) -> (writes: [FileWrite], result: Result)
    ) throws -> Result {
        try StorageError.naming(path) { () throws(FileFailure) in
            let descriptor = try fileSystem.open(path)
            let found: Result
            do throws(FileFailure) {
                let source = OpenSource(descriptor, try fileSystem.byteCount(of: descriptor), on: fileSystem)
                let (writes, result) = plan(source)
                if let failure = source.failure { throw failure }
                try Self.perform(writes, on: descriptor, endingAt: source.byteCount, fileSystem)
                found = result
            } catch {
                _ = try? fileSystem.close(descriptor)
                throw error
            }
            try fileSystem.close(descriptor)
            return found
        }
    }

    private static func perform(
        _ writes: [FileWrite], on descriptor: Int32, endingAt byteCount: Int, _ fileSystem: any FileSystem
    ) throws(FileFailure) {
        guard !writes.isEmpty else { return }
        var end = byteCount
        for write in writes {
            switch write {
            case .append(let bytes):
                do throws(FileFailure) {
                    try fileSystem.append(bytes, to: descriptor)
                } catch {
                    _ = try? fileSystem.truncate(descriptor, to: end)
                    throw error
                }
                end += bytes.count
            case .overwrite(let offset, let bytes): try fileSystem.overwrite(bytes, at: offset, in: descriptor)
            case .sync: try fileSystem.sync(descriptor)
            case .reserve: break
            }
        }
        // Gives back the room that was taken ahead by whoever could not finish.
        try fileSystem.truncate(descriptor, to: end)
        try fileSystem.sync(descriptor)
    }
}

/// A file that is open, as something to read.
///
/// A class, so that whoever reads may go on after a failure, which is kept.
final class OpenSource: ByteSource {
    let byteCount: Int
    private(set) var failure: FileFailure?

    private let descriptor: Int32
    private let fileSystem: any FileSystem
    /// The last stretch that was read: an index is read field by field.
    private var window: (start: Int, bytes: [UInt8]) = (0, [])

    private static let windowByteCount = 16 << 10

    init(_ descriptor: Int32, _ byteCount: Int, on fileSystem: any FileSystem) {
        self.descriptor = descriptor
        self.byteCount = byteCount
        self.fileSystem = fileSystem
    }

    func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < byteCount, count > 0, failure == nil else { return [] }
        let end = min(byteCount, offset + count)
        if offset < window.start || end > window.start + window.bytes.count {
            guard fill(at: offset, count: end - offset) else { return [] }
        }
        let start = offset - window.start
        return Array(window.bytes[start..<min(window.bytes.count, start + end - offset)])
    }

    private func fill(at offset: Int, count: Int) -> Bool {
        let wanted = min(byteCount - offset, max(count, Self.windowByteCount))
        do throws(FileFailure) {
            window = (offset, try fileSystem.read(wanted, at: offset, from: descriptor))
            return true
        } catch {
            failure = error
            return false
        }
    }
}
