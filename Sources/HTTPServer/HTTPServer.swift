public import Units

/// An HTTP/1.1 server on threads of its own, whose requests are answered by an async function.
///
/// It serves from `init` until `stop()`. Connections that wait for an answer cost no thread.
public final class HTTPServer: Sendable {
    /// Answers one request; called for many at once.
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Where it really listens, the port filled in if it was 0.
    public let address: TransportAddress

    private let daemon: Daemon
    /// Runs the handlers and carries the streams.
    private let runner: Task<Void, Never>

    /// Starts to listen and serve, or says why it cannot.
    public init(_ configuration: HTTPConfiguration, handler: @escaping Handler) throws(HTTPServerError) {
        let listener = try Listener(host: configuration.host, port: configuration.port)
        let (jobs, submit) = AsyncStream<Daemon.Job>.makeStream()
        let daemon = Daemon(limits: configuration.limits, jobs: submit)
        guard daemon.start(listener, identity: configuration.identity) else {
            throw HTTPServerError(
                configuration.identity == nil
                    ? "cannot serve on \(listener.address): libmicrohttpd did not start; is there memory for threads?"
                    : "cannot serve on \(listener.address): the certificate or the key is not usable PEM text")
        }
        self.daemon = daemon
        address = listener.address
        runner = Task {
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask { await perform(job, handler) }
                }
            }
        }
    }

    /// Ends at once what `stop()` would have ended in order.
    deinit {
        daemon.shutDown()
        runner.cancel()
    }

    /// Lets requests in progress end within the grace, refuses new ones with 503, and closes every connection.
    ///
    /// Streams are ended at once. Handlers that take longer are cancelled, and not waited for: their clients
    /// get 503. After this returns, the port is free again.
    public func stop(grace: Duration = .seconds(5)) async {
        daemon.beginStop()
        await daemon.drain(within: grace)
        daemon.abandonHandlers()
        runner.cancel()
        await daemon.drain(within: .seconds(1))
        daemon.shutDown()
    }
}

private func perform(_ job: Daemon.Job, _ handler: HTTPServer.Handler) async {
    switch job {
    case .answer(let exchange): exchange.answer(with: await handler(exchange.request))
    case .carry(let body): await body.run()
    }
}
