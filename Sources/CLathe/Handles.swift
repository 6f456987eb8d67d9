import Foundation
import Lathe

/// What a `lathe_service` points to.
final class ServiceHandle: Sendable {
    let service: LatheService
    init(_ service: LatheService) { self.service = service }
}

/// What a `lathe_recorder` points to.
final class RecorderHandle: @unchecked Sendable {
    // @unchecked Sendable: the callback is changed only under its lock, and the observers under theirs.
    let recorder: Recorder
    let mailbox = EventMailbox()
    private let lock = NSLock()
    private var callback: CallbackDelegate?
    /// Keeps observers in the order in which the recorder has them.
    private let observing = NSLock()
    var pictureObserver: CallbackObserver?
    var soundObserver: CallbackObserver?

    init(_ recorder: Recorder) throws {
        self.recorder = recorder
        try recorder.register(mailbox)
    }

    /// Has a function called with what waits, and with what comes; nothing goes back to the mailbox.
    func set(_ next: CallbackDelegate?) throws {
        let former = lock.withLock {
            defer { callback = next }
            return callback
        }
        if let former {
            recorder.unregister(former)
            former.end()
        }
        guard let next else {
            if former != nil { try recorder.register(mailbox) }
            return
        }
        recorder.unregister(mailbox)
        for event in mailbox.takeAll() { next.call(event) }
        try recorder.register(next)
    }

    /// Does what gives media to another observer, and returns when the one before is called no more.
    func replace(
        _ place: ReferenceWritableKeyPath<RecorderHandle, CallbackObserver?>, by next: CallbackObserver?,
        _ body: @escaping @Sendable () async throws -> Void
    ) throws {
        let former = try observing.withLock {
            try waiting(for: body)
            defer { self[keyPath: place] = next }
            return self[keyPath: place]
        }
        // Not under the lock: the callback that is waited for may be about to call us.
        former?.end()
    }
}

extension Unmanaged {
    /// What a handle points to; fails where it is NULL.
    static func at(_ handle: UnsafeMutableRawPointer?, _ name: String) throws -> Instance {
        guard let handle = unsafe handle else {
            throw RecorderError(.invalidArgument, "\(name) is NULL", field: name)
        }
        return unsafe Unmanaged.fromOpaque(handle).takeUnretainedValue()
    }
}

/// A text of the program's, copied; fails where it is NULL, or no UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
    guard let pointer = unsafe pointer else {
        throw RecorderError(.invalidArgument, "\(name) is NULL", field: name)
    }
    guard let text = unsafe String(validatingCString: pointer) else {
        throw RecorderError(.invalidArgument, "\(name) is no UTF-8", field: name)
    }
    return text
}

/// Copies a text into a buffer of the program's, with a NUL behind it, and returns its length.
func copy(_ text: String, to buffer: UnsafeMutablePointer<CChar>?, _ size: Int32) throws -> Int32 {
    let bytes = Array(text.utf8)
    guard let buffer = unsafe buffer, bytes.count < Int(size) else { throw tooSmall(bytes.count) }
    for (index, byte) in bytes.enumerated() { unsafe buffer[index] = CChar(bitPattern: byte) }
    unsafe buffer[bytes.count] = 0
    return Int32(bytes.count)
}

/// What does not fit.
func tooSmall(_ byteCount: Int) -> RecorderError {
    RecorderError(.bufferTooSmall, "the buffer is too small: \(byteCount + 1) bytes are needed", field: "size")
}
