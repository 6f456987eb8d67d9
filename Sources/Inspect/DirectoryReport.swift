import Foundation

/// What a recording's directory holds, and whether the recording is whole.
public struct DirectoryReport: Codable, Equatable, Sendable {
    public var path: String
    /// Whether the recording ended in order and each of its files is whole.
    public var isWhole: Bool
    /// Why not, in sentences; empty if it is whole.
    public var reasons: [String]
    /// The media files, in the order of their names.
    public var files: [FileReport]
    /// What the recording says of itself; nothing if it ended in disorder, or is none of ours.
    public var recording: RecordingReport?
    /// Whether its process died, and what says so; nothing if no recording lies there.
    public var crash: CrashEvidence?
    /// All other files, by name.
    public var otherFiles: [String]

    private static let mediaExtensions: Set<String> = ["mp4", "m4a", "webm", "mkv", "aac", "mp3"]

    /// What only a recording that runs or has run leaves, and what is written last when it ends.
    private static let endMark = "recording2-done.txt"

    /// Looks at all files of a directory and of those in it.
    public init(ofDirectory path: String) throws {
        self.path = path
        let names = try Self.files(in: path)
        (files, otherFiles) = ([], [])
        var unreadable: [String] = []
        for name in names {
            guard Self.mediaExtensions.contains(URL(filePath: name).pathExtension) else {
                otherFiles.append(name)
                continue
            }
            do {
                var report = try FileReport(ofFile: path + "/" + name)
                report.path = name
                files.append(report)
            } catch {
                unreadable.append("\(name) cannot be opened: \(error)")
            }
        }
        reasons = unreadable + files.filter { !$0.isWhole }.map { "\($0.path): \($0.reasons.joined(separator: " "))" }
        if files.isEmpty { reasons.append("There is no media file in it.") }
        recording = otherFiles.first { $0.hasSuffix("recording.json") }
            .flatMap { FileManager.default.contents(atPath: path + "/" + $0) }
            .flatMap { RecordingReport(parsing: $0) }
        let isRecording = otherFiles.contains { $0.hasSuffix("metadata.txt") || $0.hasSuffix("recording.json") }
        if isRecording, !otherFiles.contains(where: { $0.hasSuffix(Self.endMark) }) {
            reasons.append("The recording did not end in order: \(Self.endMark) is missing.")
        }
        if otherFiles.contains(where: { !$0.contains("/") && ($0 == "metadata.txt" || $0.hasPrefix("recording")) }) {
            crash = CrashEvidence(
                in: path, names: otherFiles, unfinished: files.filter { !$0.isWhole }.map(\.path))
        }
        isWhole = reasons.isEmpty
    }

    /// Names relative to the directory, sorted.
    private static func files(in path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path)
            .filter {
                (try? URL(filePath: path + "/" + $0).resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile
                    ?? false
            }
            .sorted()
    }
}
