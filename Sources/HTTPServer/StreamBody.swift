import CMicrohttpd
import Glibc
import Synchronization

/// A body that is sent while it comes into being.
///
/// A task of ours fills it, libmicrohttpd's thread empties it; whoever finds nothing to do sleeps and
/// is woken by the other.
final class StreamBody: Sendable {
    /// How many bytes may wait for a slow client before the source has to wait, too.
    static let byteLimit = 262_144

    private struct State {
        var bytes: [UInt8] = []
        /// How many of `bytes` have been sent.
        var sent = 0
        var isFinished = false
        var isSuspended = false
        /// Whether libmicrohttpd has let go of it: the connection may be gone.
        var isReleased = false
        var roomWaiter: CheckedContinuation<Void, Never>?
    }

    private let connection: Connection
    private let source: AsyncStream<[UInt8]>
    private let absenceCheck: Duration
    private let state = Mutex(State())
    /// Ends when nobody wants the rest any more.
    private let (ended, end) = AsyncStream<Never>.makeStream()

    init(_ connection: Connection, source: AsyncStream<[UInt8]>, absenceCheck: Duration) {
        self.connection = connection
        self.source = source
        self.absenceCheck = absenceCheck
    }

    /// Carries the source over, until it ends or nobody wants it.
    ///
    /// Cancels the source in the latter case.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.carry() }
            group.addTask { for await _ in self.ended {} }
            group.addTask { await self.watch() }
            await group.next()
            group.cancelAll()
        }
        finish()
    }

    /// Sends what is there, and then no more.
    func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            wakeSender(&state)
            return state.roomWaiter.take()
        }
        waiter?.resume()
        end.finish()
    }

    /// libmicrohttpd is done with it, be it sent or not.
    func release() {
        let waiter = state.withLock { state in
            state.isReleased = true
            state.isSuspended = false
            return state.roomWaiter.take()
        }
        waiter?.resume()
        end.finish()
    }

    /// What the sender gets.
    enum ReadAction {
        case sent(Int)
        case end
        /// The connection is suspended until there is more.
        case wait
    }

    /// Copies out what comes next, on libmicrohttpd's thread.
    func read(into room: UnsafeMutableRawBufferPointer) -> ReadAction {
        let (action, waiter) = state.withLock { state in
            let count = min(room.count, state.bytes.count - state.sent)
            guard count > 0 else {
                guard !state.isFinished else {
                    return (ReadAction.end, Optional<CheckedContinuation<Void, Never>>.none)
                }
                connection.suspend()
                state.isSuspended = true
                return (.wait, nil)
            }
            unsafe room.copyBytes(from: state.bytes[state.sent..<state.sent + count])
            state.sent += count
            if state.sent == state.bytes.count {
                state.bytes.removeAll(keepingCapacity: true)
                state.sent = 0
            }
            return (.sent(count), state.bytes.isEmpty ? state.roomWaiter.take() : nil)
        }
        waiter?.resume()
        return action
    }

    private func carry() async {
        for await piece in source {
            let isFull = state.withLock { state in
                state.bytes += piece
                wakeSender(&state)
                return state.bytes.count >= Self.byteLimit
            }
            if isFull { await room() }
        }
    }

    /// Sleeps until the client has taken everything, or is gone.
    private func room() async {
        await withCheckedContinuation { waiter in
            let isAwake = state.withLock { state in
                guard !state.bytes.isEmpty, !state.isReleased, !state.isFinished else { return true }
                state.roomWaiter = waiter
                return false
            }
            if isAwake { waiter.resume() }
        }
    }

    private func wakeSender(_ state: inout State) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        connection.resume()
    }

    /// Notices that the client left while there is nothing to send: libmicrohttpd does not look at a
    /// suspended connection.
    private func watch() async {
        while (try? await Task.sleep(for: absenceCheck)) != nil {
            let isGone = state.withLock { $0.isSuspended && connection.isAbandoned }
            if isGone { return }
        }
    }
}

extension Connection {
    /// Whether the client has closed its side; to be asked only while the connection is suspended.
    fileprivate var isAbandoned: Bool {
        var byte: UInt8 = 0
        return unsafe recv(lathe_mhd_socket(pointer), &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) == 0
    }
}
