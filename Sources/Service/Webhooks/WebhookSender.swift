import Foundation
import Synchronization
import Units

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends deliveries over HTTP, and reads of the answers no more than their status.
final class WebhookSender: Sendable {
    /// How long a receiver may take to answer.
    static let patience = Duration.seconds(15)

    private let session: URLSession
    private let answers = AnswerCollector()

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = DeliveryLanes.inFlightLimit
        configuration.timeoutIntervalForRequest = Double(Self.patience.wholeMilliseconds) / 1000
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        session = URLSession(configuration: configuration, delegate: answers, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// What a receiver made of a delivery.
    enum Answer: Equatable, Sendable {
        case status(Int)
        /// No answer came, and why, in words.
        case none(String)
    }

    /// Sends one request, and waits for the answer; never longer than `patience`.
    func send(_ request: URLRequest) async -> Answer {
        await withTaskGroup(of: Answer.self) { group in
            group.addTask { await self.exchange(request) }
            group.addTask {
                // A receiver that sends a byte now and then would never run into the session's own timeout.
                try? await Task.sleep(for: Self.patience)
                return .none("no answer within \(Self.patience.components.seconds) s")
            }
            let first = await group.next() ?? .none("nothing was sent")
            group.cancelAll()
            return first
        }
    }

    private func exchange(_ request: URLRequest) async -> Answer {
        let task = session.dataTask(with: request)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                answers.expect(task.taskIdentifier, continuation)
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// Hears what becomes of the session's tasks.
private final class AnswerCollector: NSObject, URLSessionDataDelegate, Sendable {
    /// How much of an answer's body is read before the connection is closed: nobody looks at it.
    private static let bodyLimit = 65_536

    private struct Call {
        var continuation: CheckedContinuation<WebhookSender.Answer, Never>
        var byteCount = 0
    }

    private let calls = Mutex<[Int: Call]>([:])

    func expect(_ task: Int, _ continuation: CheckedContinuation<WebhookSender.Answer, Never>) {
        calls.withLock { $0[task] = Call(continuation: continuation) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooMuch = calls.withLock { calls in
            calls[dataTask.taskIdentifier]?.byteCount += data.count
            return calls[dataTask.taskIdentifier].map { $0.byteCount > Self.bodyLimit } ?? true
        }
        if isTooMuch { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let call = calls.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if let response = task.response as? HTTPURLResponse {
            call.continuation.resume(returning: .status(response.statusCode))
        } else {
            call.continuation.resume(returning: .none(error?.localizedDescription ?? "no answer in HTTP"))
        }
    }

    /// Another place than the one that was named gets nothing.
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
