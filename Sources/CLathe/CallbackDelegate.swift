import Lathe

/// What `lathe_event_callback` is.
public typealias EventFunction = @convention(c) (UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void

/// Calls a function of the program with each event.
@safe final class CallbackDelegate: RecorderDelegate, @unchecked Sendable {
    // @unchecked Sendable: the function is the program's, which promises that it may be used on the recorder's thread.

    private let function: EventFunction
    private let gate: CallGate

    init(_ function: EventFunction, _ context: UnsafeMutableRawPointer?) {
        unsafe self.function = function
        gate = unsafe CallGate(context)
    }

    func happened(_ event: RecorderEvent) { call(event.json) }

    /// Calls the function, unless that was ended.
    func call(_ json: String) {
        let function = unsafe function
        unsafe gate.call(json) { unsafe function($0, $1) }
    }

    /// Returns when the function is not running, and will not be called again.
    func end() { gate.end() }
}
