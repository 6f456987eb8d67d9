/// Why bytes from outside were refused.
///
/// One type for every wire and file format, so that parsers nest without translating errors: whoever
/// called the outermost one drops the input and counts it, whatever the cause.
public enum WireError: Error, Equatable, Sendable {
    /// The input ended before the field that starts at `at`.
    case truncated(at: Int, needed: Int, available: Int)
    /// The named field holds a value that its specification forbids.
    case invalid(_ field: String, at: Int)
}
