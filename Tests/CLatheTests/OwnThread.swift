import Foundation

/// Does something on a thread of its own, as programs in C do: functions that wait would keep the threads waiting that do
/// the work.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: body)) }.start()
    }
}
