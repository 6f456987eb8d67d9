import CMicrohttpd
import Synchronization

/// libmicrohttpd's daemon: it accepts, reads and sends on threads of its own, and calls us back there.
final class Daemon: Sendable {
    /// What is to be done outside libmicrohttpd's threads.
    enum Job: Sendable {
        case answer(Exchange)
        case carry(StreamBody)
    }

    private struct State {
        var handle: Handle?
        var isStopping = false
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        var waiters: [AsyncStream<Never>.Continuation] = []
    }

    /// - Note: `@unchecked Sendable` holds because libmicrohttpd's functions may be called from any thread.
    @safe private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Two, so that a file on a slow disk does not hold up everybody else.
    private static let threadCount: CUnsignedInt = 2

    private let limits: HTTPLimits
    private let jobs: AsyncStream<Job>.Continuation
    private let state = Mutex(State())

    /// A daemon that is not started yet.
    init(limits: HTTPLimits, jobs: AsyncStream<Job>.Continuation) {
        self.limits = limits
        self.jobs = jobs
    }

    /// Starts serving; from now on the daemon must not go away before `shutDown`.
    func start(_ listener: Listener, identity: HTTPIdentity?) -> Bool {
        var settings = unsafe lathe_mhd_settings()
        unsafe settings.listener = listener.descriptor
        unsafe settings.is_v6 = listener.isV6 ? 1 : 0
        unsafe settings.thread_count = Self.threadCount
        unsafe settings.connection_memory_limit = limits.headerByteCount
        unsafe settings.connection_limit = CUnsignedInt(limits.connectionCount)
        unsafe settings.timeout_seconds = CUnsignedInt(limits.idleSeconds)
        guard let identity else { return unsafe start(settings) }
        return unsafe identity.certificate.withCString { certificate in
            unsafe identity.key.withCString { key in
                unsafe settings.tls_certificate = certificate
                unsafe settings.tls_key = key
                return unsafe start(settings)
            }
        }
    }

    private func start(_ settings: lathe_mhd_settings) -> Bool {
        var settings = unsafe settings
        let started = unsafe lathe_mhd_start(
            &settings,
            { closure, connection, url, method, _, upload, count, slot in
                guard let connection = unsafe connection, let count = unsafe count, let slot = unsafe slot else {
                    return .NO
                }
                let piece = unsafe UnsafeRawBufferPointer(start: upload, count: count.pointee)
                unsafe count.pointee = 0
                return unsafe daemon(closure).handle(Connection(connection), url, method, piece, slot)
            },
            { closure, _, slot, _ in unsafe daemon(closure).completed(slot) },
            Unmanaged.passUnretained(self).toOpaque())
        guard let started = unsafe started else { return false }
        state.withLock { $0.handle = unsafe Handle(pointer: started) }
        return true
    }
}

private func daemon(_ closure: UnsafeMutableRawPointer?) -> Daemon {
    guard let closure = unsafe closure else { preconditionFailure("every daemon is started with itself as closure") }
    return unsafe Unmanaged<Daemon>.fromOpaque(closure).takeUnretainedValue()
}

// MARK: - Serving
extension Daemon {
    /// Where libmicrohttpd keeps what belongs to a request.
    private typealias Slot = UnsafeMutablePointer<UnsafeMutableRawPointer?>

    private func handle(
        _ connection: Connection, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
        _ piece: UnsafeRawBufferPointer, _ slot: Slot
    ) -> MHD_Result {
        guard let address = unsafe slot.pointee else { return unsafe begin(connection, url, method, slot) }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(address).takeUnretainedValue()
        guard unsafe piece.isEmpty else {
            switch unsafe exchange.receive(piece) {
            case .goOn: return .YES
            case .cut: return .NO
            }
        }
        switch exchange.proceed() {
        case .handle: jobs.yield(.answer(exchange))
        case .send(let response): return send(response, to: exchange, on: connection)
        case .wait: break
        }
        return .YES
    }

    /// The header of a request is there; its body is not.
    private func begin(
        _ connection: Connection, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?, _ slot: Slot
    ) -> MHD_Result {
        guard let head = unsafe HTTPRequest(connection, url, method) else {
            return refuse(.refusal(400, "Bad request", "The request's target or header is malformed."), on: connection)
        }
        // With an honest length, a body that is far too long need not be read.
        if let count = head.headers["Content-Length"].flatMap({ Int($0) }), count > limits.drainByteCount {
            return refuse(tooLong(limits), on: connection)
        }
        let exchange = Exchange(connection, head: head, limits: limits)
        let isTaken = state.withLock { state in
            if !state.isStopping { state.exchanges[ObjectIdentifier(exchange)] = exchange }
            return !state.isStopping
        }
        guard isTaken else { return refuse(stopping, on: connection) }
        unsafe slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return .YES
    }

    private func refuse(_ response: HTTPResponse, on connection: Connection) -> MHD_Result {
        guard case .bytes(let bytes) = response.body else { return .NO }
        let reply = Reply.bytes(bytes, status: response.status, headers: response.headers)
        return reply?.queue(on: connection) ?? .NO
    }

    private func send(_ response: HTTPResponse, to exchange: Exchange, on connection: Connection) -> MHD_Result {
        let request = exchange.request
        let (status, headers) = (response.status, response.headers)
        switch response.body {
        case .bytes(let bytes):
            return Reply.bytes(bytes, status: status, headers: headers)?.queue(on: connection) ?? .NO
        case .file(let path):
            return Reply.file(path, to: request, status: status, headers: headers)?.queue(on: connection) ?? .NO
        case .stream where request.method == .head:
            return Reply.bytes([], status: status, headers: headers)?.queue(on: connection) ?? .NO
        case .stream(let source):
            let body = exchange.makeBody(of: source)
            exchange.stream(body)
            jobs.yield(.carry(body))
            if state.withLock({ $0.isStopping }) { body.finish() }
            return Reply.stream(body, status: status, headers: headers)?.queue(on: connection) ?? .NO
        }
    }

    private func completed(_ slot: Slot?) {
        guard let slot = unsafe slot, let address = unsafe slot.pointee else { return }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(address).takeRetainedValue()
        unsafe slot.pointee = nil
        let waiters = state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = nil
            return state.exchanges.isEmpty ? state.waiters : []
        }
        for waiter in waiters { waiter.finish() }
    }
}

/// The answer to whoever comes too late.
private let stopping = HTTPResponse.refusal(503, "Shutting down", "The server is stopping.")

// MARK: - Stopping
extension Daemon {
    /// Takes no new request, and ends what has no end of its own.
    ///
    /// The listener stays open, for clients to be told. `MHD_quiesce_daemon` would close it, but in 0.9.75 it
    /// races with its own threads to take the listener out of their `epoll` sets, and the loser aborts.
    func beginStop() {
        let exchanges = state.withLock { state in
            state.isStopping = true
            return Array(state.exchanges.values)
        }
        for exchange in exchanges { exchange.endStream() }
    }

    /// Waits until no request is in progress, but no longer than that.
    func drain(within patience: Duration) async {
        let drained = AsyncStream<Never> { waiter in
            let isDrained = state.withLock { state in
                state.waiters.append(waiter)
                return state.exchanges.isEmpty
            }
            if isDrained { waiter.finish() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in drained {} }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Answers 503 in the place of handlers that have not answered.
    func abandonHandlers() {
        for exchange in state.withLock({ Array($0.exchanges.values) }) { exchange.answer(with: stopping) }
    }

    /// Closes every connection and ends libmicrohttpd's threads; no callback comes after this.
    func shutDown() {
        beginStop()
        abandonHandlers()
        let handle = state.withLock { $0.handle.take() }
        // libmicrohttpd forbids suspended connections here; what could suspend one has just been answered or
        // ended, and whatever comes later is refused.
        if let handle { unsafe MHD_stop_daemon(handle.pointer) }
        jobs.finish()
    }
}

extension HTTPRequest {
    /// Reads a request's head; nothing if it is not text or its target is malformed.
    fileprivate init?(_ connection: Connection, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?) {
        guard let path = unsafe text(url), let name = unsafe text(method),
            let fields = connection.values(.HEADER_KIND), let query = connection.values(.GET_ARGUMENT_KIND),
            let target = HTTPTarget(path: path, query: query), let address = connection.remoteAddress
        else { return nil }
        var headers = HTTPHeaders()
        for (name, value) in fields { headers.add(name, value) }
        self.init(HTTPMethod(name), target, headers: headers, remoteAddress: address)
    }
}
