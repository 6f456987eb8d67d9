import CMicrohttpd
import Synchronization
import Units

/// One request and its answer: from the first line that arrives to the last byte that leaves.
///
/// libmicrohttpd's thread feeds it and sends from it; a task of ours finds the answer. Between the
/// two, the connection is suspended, so that the thread serves others.
final class Exchange: Sendable {
    /// Where an exchange stands; only the phase is touched from two sides.
    private enum Phase {
        case receiving
        /// The connection is suspended until there is an answer.
        case waiting
        case answered(HTTPResponse)
        /// The answer is libmicrohttpd's affair.
        case queued
        /// So it is, but the body is still coming into being.
        case streaming(StreamBody)
    }

    /// What the body has come to so far.
    private struct Body {
        var bytes: [UInt8] = []
        var count = 0
    }

    private let connection: Connection
    private let limits: HTTPLimits
    private let head: HTTPRequest
    private let phase = Mutex(Phase.receiving)
    /// Only libmicrohttpd's thread comes here; the lock is never contended.
    private let body = Mutex(Body())

    init(_ connection: Connection, head: HTTPRequest, limits: HTTPLimits) {
        self.connection = connection
        self.head = head
        self.limits = limits
    }

    /// The request, once its body is whole.
    var request: HTTPRequest {
        var request = head
        request.body = body.withLock { $0.bytes }
        return request
    }

    /// What happened to a piece of the body.
    enum ReceiveAction {
        case goOn
        /// The client does not stop sending: cut the connection.
        case cut
    }

    /// Takes a piece of the body; what goes beyond the limit is counted and thrown away.
    func receive(_ piece: UnsafeRawBufferPointer) -> ReceiveAction {
        body.withLock { body in
            body.count += piece.count
            guard body.count <= limits.bodyByteCount else {
                body.bytes = []
                return body.count <= limits.drainByteCount ? .goOn : .cut
            }
            unsafe body.bytes.append(contentsOf: piece)
            return .goOn
        }
    }

    /// What to do when all of the request is there, or an answer is.
    enum ProceedAction {
        /// Find an answer, then call `answer(with:)`; the connection is suspended already.
        case handle
        case send(HTTPResponse)
        case wait
    }

    /// Moves on, on libmicrohttpd's thread.
    func proceed() -> ProceedAction {
        let isTooLong = body.withLock { $0.count > limits.bodyByteCount }
        return phase.withLock { phase in
            switch phase {
            case .receiving where isTooLong:
                phase = .queued
                return .send(tooLong(limits))
            case .receiving:
                // Under the lock, so that no answer can resume the connection before it is suspended.
                connection.suspend()
                phase = .waiting
                return .handle
            case .answered(let response):
                phase = .queued
                return .send(response)
            case .waiting, .queued, .streaming: return .wait
            }
        }
    }

    /// Sends an answer, unless there is one already.
    func answer(with response: HTTPResponse) {
        phase.withLock { phase in
            switch phase {
            case .receiving: phase = .answered(response)
            case .waiting:
                phase = .answered(response)
                connection.resume()
            case .answered, .queued, .streaming: return
            }
        }
    }

    /// The answer's body that is being sent from now on.
    func stream(_ body: StreamBody) { phase.withLock { $0 = .streaming(body) } }

    /// Ends the answer's body early, if it is one that has no end of its own.
    func endStream() {
        let body: StreamBody? = phase.withLock { phase in
            guard case .streaming(let body) = phase else { return nil }
            return body
        }
        body?.finish()
    }

    /// A body made of a stream, on this exchange's connection.
    func makeBody(of source: AsyncStream<[UInt8]>) -> StreamBody {
        StreamBody(connection, source: source, absenceCheck: limits.absenceCheck)
    }
}

/// The answer to a body beyond the limit (RFC 9110 §15.5.14).
func tooLong(_ limits: HTTPLimits) -> HTTPResponse {
    .refusal(413, "Too large", "The body is longer than the \(limits.bodyByteCount) bytes that this server takes.")
}

/// One TCP connection of libmicrohttpd's.
///
/// - Note: `@unchecked Sendable` holds because libmicrohttpd lets any thread suspend and resume, and
///   whoever does so knows that an exchange on the connection is not over.
@safe struct Connection: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    func suspend() { unsafe MHD_suspend_connection(pointer) }

    func resume() { unsafe MHD_resume_connection(pointer) }

    /// Who is at the other end.
    var remoteAddress: TransportAddress? {
        guard let address = unsafe lathe_mhd_client_address(pointer) else { return nil }
        return unsafe TransportAddress(address)
    }

    /// The names and values of one kind, in order; nothing if any is not UTF-8.
    func values(_ kind: MHD_ValueKind) -> [(name: String, value: String)]? {
        var pairs = Pairs()
        _ = unsafe withUnsafeMutablePointer(to: &pairs) { pairs in
            unsafe MHD_get_connection_values(
                pointer, kind,
                { pairs, _, name, value in
                    unsafe pairs?.assumingMemoryBound(to: Pairs.self).pointee.add(name, value)
                    return .YES
                }, pairs)
        }
        return pairs.list
    }
}

/// What an iteration over a header or a query has collected.
private struct Pairs {
    var list: [(name: String, value: String)]? = []

    mutating func add(_ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?) {
        guard let name = unsafe text(name), let value = unsafe text(value) else { return list = nil }
        list?.append((name, value))
    }
}

/// A C string as text; the empty one if there is none, nothing if it is not UTF-8.
func text(_ string: UnsafePointer<CChar>?) -> String? {
    guard let string = unsafe string else { return "" }
    return unsafe String(validatingCString: string)
}
