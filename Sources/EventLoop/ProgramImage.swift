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
        // Names the program however it was found.
        unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
        let code = errno
        unsafe unsetenv(variable)
        return SystemError(operation: "start again", code: code)
    }
}
