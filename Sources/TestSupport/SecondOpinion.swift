import Foundation

/// What `ffmpeg` and `ffprobe` say of a file, where they are installed.
public enum SecondOpinion {
    /// Whether both can be asked.
    public static let isAvailable = ["ffmpeg", "ffprobe"].allSatisfy { path(of: $0) != nil }

    /// What a program printed, and how it ended.
    public struct Answer: Sendable {
        public let status: Int32
        public let output: String
        public let errors: String
    }

    /// Decodes everything in a file; the errors are empty if all of it made sense.
    public static func decode(_ bytes: [UInt8], extension: String, _ options: [String] = []) throws -> Answer {
        try ask("ffmpeg", about: bytes, `extension`) {
            ["-v", "error", "-xerror", "-i", $0] + options + ["-f", "null", "-"]
        }
    }

    /// Decodes what it can of a file and lists what it did not like.
    public static func decodeTolerantly(_ bytes: [UInt8], extension: String) throws -> Answer {
        try ask("ffmpeg", about: bytes, `extension`) { ["-v", "error", "-i", $0, "-f", "null", "-"] }
    }

    /// The fields asked for, one line for each thing that has them.
    public static func probe(_ bytes: [UInt8], extension: String, entries: String) throws -> Answer {
        try ask("ffprobe", about: bytes, `extension`) {
            ["-v", "error", "-show_entries", entries, "-of", "compact=p=0:nk=1", $0]
        }
    }

    /// What ffprobe answers to these arguments, which the file's path follows.
    public static func run(on bytes: [UInt8], extension: String, _ arguments: [String]) throws -> Answer {
        try ask("ffprobe", about: bytes, `extension`) { arguments + [$0] }
    }

    private static func ask(
        _ program: String, about bytes: [UInt8], _ suffix: String, _ arguments: (String) -> [String]
    ) throws -> Answer {
        let file = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString).\(suffix)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try run(program, arguments(file.path))
    }

    /// Runs a program to its end.
    public static func run(_ program: String, _ arguments: [String]) throws -> Answer {
        guard let path = path(of: program) else { throw CocoaError(.fileNoSuchFile) }
        let answer = try ChildProgram.run(path, arguments)
        return Answer(
            status: answer.status, output: String(decoding: answer.output, as: UTF8.self), errors: answer.errors)
    }

    private static func path(of program: String) -> String? {
        ["/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].map { $0 + program }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

extension SecondOpinion {
    /// A file's media, put by ffmpeg into another one, untouched.
    public static func remux(
        _ bytes: [UInt8], from: String, to suffix: String, _ options: [String] = []
    ) throws -> [UInt8] {
        let result = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString).\(suffix)")
        defer { try? FileManager.default.removeItem(at: result) }
        let answer = try ask("ffmpeg", about: bytes, from) {
            ["-v", "error", "-i", $0, "-map", "0", "-c", "copy"] + options + [result.path]
        }
        guard answer.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return [UInt8](try Data(contentsOf: result))
    }
}
