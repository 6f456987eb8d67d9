import Bytes
import Foundation
import Storage

/// `recording_sys.log`: what happened, in lines that people of the legacy product search for.
///
/// `(pid): LEVEL (HH:MM:SS:mmm) | text`, in UTC. Names of channels and users, never secrets.
final class SystemLog: Sendable {
    private let file: StorageFile

    init(_ file: StorageFile) { self.file = file }

    func info(_ text: String) { write("INFO", text) }
    func error(_ text: String) { write("ERROR", text) }

    /// Closes the file once everything is on the disk.
    func finish() async throws { try await file.finish() }

    private func write(_ level: String, _ text: String) {
        let line = "(\(ProcessInfo.processInfo.processIdentifier)): \(level) (\(Self.time(Date()))) | \(text)\n"
        file.write(.append(Array(line.utf8)))
    }

    private static func time(_ date: Date) -> String {
        let day = date.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
        let milliseconds = Int(day * 1000)
        let parts = [milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60]
        let clock = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return clock + ":" + String(1000 + milliseconds % 1000).dropFirst()
    }
}
