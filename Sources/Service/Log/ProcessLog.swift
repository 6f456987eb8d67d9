import Capture
import CommandLineOptions
import EventLoop
import Foundation
import Synchronization

/// The process's own log, on standard error or in a file: lines for operators and their tools, never secrets.
///
/// Lines are written by a thread of their own, so that nobody waits for a terminal or a disk.
public final class ProcessLog: Sendable {
    /// How many lines wait to be written at most; further ones are counted, and the count is written.
    static let waitingLimit = 10_000

    private let level: LogLevel
    private let format: LogLine.Format
    private let loop: EventLoop
    private let file: Mutex<LogFile?>
    private let waiting = Atomic<Int>(0)
    private let left = Atomic<Int>(0)

    /// Opens the log that the options name; fails with an `OptionError` if its file cannot be written.
    init(_ options: ServiceOptions) throws {
        level = options.logLevel ?? .notice
        format = options.logFormat
        do {
            let file = try options.logFile.map { path in
                try LogFile(path: path, byteLimit: options.logBytes.bytes, fileCount: options.logFileCount)
            }
            self.file = Mutex(file)
        } catch {
            throw OptionError(
                "--log-file \(options.logFile ?? ""): the file cannot be written; check its directory and permissions")
        }
        loop = try EventLoop(name: "log")
    }

    deinit { loop.stop() }

    /// Writes a line, unless it is less grave than what is wanted; never waits.
    public func write(_ level: LogLevel, _ message: String, _ fields: LogFields = LogFields()) {
        guard level <= self.level else { return }
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.waitingLimit else {
            waiting.subtract(1, ordering: .relaxed)
            left.add(1, ordering: .relaxed)
            return
        }
        let time = WallTime(unixNanoseconds: SystemClock.wallNanoseconds())
        let line = LogLine(time: time, level: level, message: message, fields: fields)
        loop.post { [self] in
            waiting.subtract(1, ordering: .relaxed)
            put(line)
            let left = left.exchange(0, ordering: .relaxed)
            guard left > 0 else { return }
            put(
                LogLine(time: time, level: .warning, message: "\(left) lines of the log found no room and are left out")
            )
        }
    }

    /// Returns when everything so far is written.
    public func flush() async {
        await withCheckedContinuation { continuation in loop.post { continuation.resume() } }
    }

    private func put(_ line: LogLine) {
        let bytes = line.bytes(as: format)
        let isInFile = file.withLock { file in
            guard file != nil else { return false }
            return (try? file?.append(bytes)) != nil
        }
        // What the file does not take should be seen somewhere.
        if !isInFile { try? FileHandle.standardError.write(contentsOf: Data(bytes)) }
    }
}
