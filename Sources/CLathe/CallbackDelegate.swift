import Foundation
import Lathe

/// What `lathe_event_callback` is.
public typealias EventFunction = @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void

/// Calls a function of the program with each event.
@safe final class CallbackDelegate: RecorderDelegate, @unchecked Sendable {
    // @unchecked Sendable: the function and its context are the program's, which promises that they may be used on the
    // recorder's thread; `isOn` is touched only under the lock.

    /// Recursive, so that the function may end its own calls.
    private let lock = NSRecursiveLock()
    private let function: EventFunction
    private let context: UnsafeMutableRawPointer?
    private var isOn = true

    init(_ function: EventFunction, _ context: UnsafeMutableRawPointer?) {
        unsafe self.function = function
        unsafe self.context = context
    }

    func happened(_ event: RecorderEvent) { call(event.json) }

    /// Calls the function, unless that was ended.
    func call(_ json: String) {
        lock.withLock {
            guard isOn else { return }
            let (function, context) = unsafe (function, context)
            unsafe json.withCString { unsafe function($0, context) }
        }
    }

    /// Returns when the function is not running, and will not be called again.
    func end() { lock.withLock { isOn = false } }
}
