import CLinux
import Glibc

/// The program that this process runs.
public enum ProgramImage {
    /// Starts it from its beginning in this process, with the same arguments and one more variable in its environment.
    ///
    /// Returns only if that does not work, and says why; the environment is then as before.
    public static func startAgain(with variable: String, _ value: String) -> SystemError {
        guard unsafe setenv(variable, value, 1) == 0 else {
            return SystemError(operation: "set \(variable)", code: errno)
        }
        // By its name, for who lists processes; by the link if another program has that name by now.
        let link = "/proc/self/exe"
        if let path = path(of: link) { unsafe execv(path, CommandLine.unsafeArgv) }
        unsafe execv(link, CommandLine.unsafeArgv)
        let code = errno
        unsafe unsetenv(variable)
        return SystemError(operation: "start again", code: code)
    }

    /// The file of the library that holds a function of the Swift runtime; nothing if that is part of the program.
    public static var runtimeLibrary: String? {
        guard let name = unsafe clinux_library_of("swift_retain") else { return nil }
        let path = unsafe String(cString: name)
        return path.hasSuffix(".so") ? path : nil
    }

    private static func path(of link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(link, &bytes, bytes.count)
        return count > 0 ? String(validating: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
