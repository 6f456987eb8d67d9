public import Foundation

/// Foundation's `Process` on Linux sometimes crashed while several threads launched children at once.
private let launching = NSLock()

extension Process {
    /// Runs the program as `run` does, one launch at a time.
    public func launchAlone() throws {
        launching.lock()
        defer { launching.unlock() }
        try run()
    }
}
