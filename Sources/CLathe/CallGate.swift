import Foundation

/// Whether a function of the program may be called still, and what it is to be given.
@safe final class CallGate: @unchecked Sendable {
    // @unchecked Sendable: the context is the program's, which promises that it may be used on the thread that calls; `isOpen`
    // is touched only under the lock.

    /// Recursive, so that the function may end its own calls.
    private let lock = NSRecursiveLock()
    private let context: UnsafeMutableRawPointer?
    private var isOpen = true

    init(_ context: UnsafeMutableRawPointer?) { unsafe self.context = context }

    /// Calls the function with a text and the program's context, unless that was ended.
    func call(_ text: String, _ body: (UnsafePointer<CChar>, UnsafeMutableRawPointer?) -> Void) {
        lock.withLock {
            guard isOpen else { return }
            let context = unsafe context
            unsafe text.withCString { unsafe body($0, context) }
        }
    }

    /// Returns when the function is not running, and will not be called again.
    func end() { lock.withLock { isOpen = false } }
}
