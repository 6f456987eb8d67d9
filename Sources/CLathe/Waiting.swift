import Foundation

/// Does something asynchronous and returns when it is done.
///
/// The calling thread is the program's, or the one that callbacks come on: neither is one of those that do the work.
func waiting<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    Task {
        do { outcome.put(.success(try await body())) } catch { outcome.put(.failure(error)) }
    }
    return try outcome.take().get()
}

/// Where one thread waits for what another puts in.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
    // @unchecked Sendable: the result is touched only while the condition is locked.
    private let condition = NSCondition()
    private var result: Result<Value, any Error>?

    func put(_ result: Result<Value, any Error>) {
        condition.withLock {
            self.result = result
            condition.signal()
        }
    }

    func take() -> Result<Value, any Error> {
        condition.withLock {
            while true {
                if let result { return result }
                condition.wait()
            }
        }
    }
}
