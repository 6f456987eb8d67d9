import Foundation
import Glibc

/// Programs run to their end, as second opinions.
///
/// By `posix_spawn`, since Foundation's `Process` on Linux crashes now and then when many threads use it at once.
public enum ChildProgram {
    /// What a program printed, and how it ended.
    public struct Answer: Sendable {
        /// The exit status; 128 and the signal's number if a signal ended it.
        public let status: Int32
        public let output: [UInt8]
        public let errors: String
    }

    /// Runs a program that is on the path, without input and with an empty environment.
    public static func run(_ program: String, _ arguments: [String]) throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (output, errors) = (folder.appending(path: "out"), folder.appending(path: "err"))
        let child = try spawn(program, arguments, output: output.path, errors: errors.path)
        return Answer(
            status: wait(for: child), output: [UInt8](try Data(contentsOf: output)),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    private static func spawn(
        _ program: String, _ arguments: [String], output: String, errors: String
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        unsafe words.append(nil)
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, program, &actions, nil, words, nil)
        guard code == 0 else { throw NSError(domain: NSPOSIXErrorDomain, code: Int(code)) }
        return child
    }

    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
