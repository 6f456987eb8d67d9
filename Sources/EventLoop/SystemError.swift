import Glibc

/// What the kernel refused to do, why, and what the operator can do about it.
public struct SystemError: Error, Equatable, Sendable {
    /// What was tried, with the name of what it was tried on: "bind UDP port 5000".
    public var operation: String

    /// The kernel's `errno`.
    public var code: Int32

    /// What to do about it, as a sentence; empty if nothing is known to help.
    public var remedy: String

    public init(operation: String, code: Int32, remedy: String = "") {
        self.operation = operation
        self.code = code
        self.remedy = remedy
    }
}

extension SystemError: CustomStringConvertible {
    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        let cause = "cannot \(operation): \(reason) (errno \(code))"
        return remedy.isEmpty ? cause : "\(cause). \(remedy)"
    }
}

extension SystemError {
    /// Turns the shim's convention, a negative errno, into a thrown error.
    static func check(_ result: CInt, _ operation: @autoclosure () -> String) throws -> CInt {
        guard result < 0 else { return result }
        throw SystemError(operation: operation(), code: -result)
    }
}
