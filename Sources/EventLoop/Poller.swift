import CLinux
import Glibc
import Units

/// An epoll instance, and an eventfd in it that interrupts a wait.
///
/// Both are descriptors that any thread may use; the kernel does the locking.
final class Poller: Sendable {
    /// The token of the eventfd; watched descriptors use others.
    static let wakeToken = UInt64.max

    private let epoll: CInt
    private let event: CInt

    init() throws {
        epoll = try SystemError.check(clinux_poller_create(), "create an epoll instance")
        // From here on `deinit` closes what is open, also where this fails.
        event = clinux_event_create()
        guard event >= 0 else { throw SystemError(operation: "create an eventfd", code: -event) }
        _ = try SystemError.check(clinux_poller_add(epoll, event, Self.wakeToken), "watch an eventfd")
    }

    deinit {
        close(event)
        close(epoll)
    }

    /// Reports `token` from now on, each time that `descriptor` has something to read.
    func watch(_ descriptor: CInt, token: UInt64) throws {
        _ = try SystemError.check(clinux_poller_add(epoll, descriptor, token), "watch a socket")
    }

    /// Reports nothing of `descriptor` any more.
    func ignore(_ descriptor: CInt) { _ = clinux_poller_remove(epoll, descriptor) }

    /// Interrupts the wait that is going on, or else the next one.
    func wake() { clinux_event_signal(event) }

    /// Waits for something to read; fills `tokens` with what is ready, the wake-up left out.
    ///
    /// A wait without `timeout` ends only by a descriptor or `wake()`.
    func wait(into tokens: inout [UInt64], timeout: Duration?) {
        tokens.removeAll(keepingCapacity: true)
        var ready = InlineArray<64, UInt64>(repeating: 0)
        let epoll = epoll
        var span = ready.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { room in
            unsafe clinux_poller_wait(epoll, room.baseAddress, CInt(room.count), Self.milliseconds(timeout))
        }
        for index in 0..<max(0, Int(count)) {
            if ready[index] == Self.wakeToken { clinux_event_clear(event) } else { tokens.append(ready[index]) }
        }
    }

    /// Rounded up, since waking a moment early would only mean to wait again.
    private static func milliseconds(_ timeout: Duration?) -> CInt {
        guard let timeout else { return -1 }
        let (whole, rest) = max(0, timeout.wholeNanoseconds).quotientAndRemainder(dividingBy: 1_000_000)
        return CInt(clamping: whole + (rest > 0 ? 1 : 0))
    }
}
