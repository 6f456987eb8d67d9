import Foundation

/// Signals as something to wait for.
enum Signals {
    /// Takes over SIGINT and SIGTERM, and returns the number of the first that comes; nothing if the task is cancelled.
    static func next() async -> Int32? { await next(of: [SIGINT, SIGTERM]) { _ in true } }

    /// Takes over some signals until one comes that is the last by `isLast`, and returns its number; nothing if the task
    /// is cancelled.
    ///
    /// Afterwards they do again what they do to any program: a second one ends it at once, for whoever is in a hurry.
    static func next(of numbers: [Int32], _ isLast: (Int32) -> Bool) async -> Int32? {
        let (stream, input) = AsyncStream.makeStream(of: Int32.self)
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { input.yield(number) }
            source.resume()
            return source
        }
        var last: Int32?
        for await received in stream where isLast(received) {
            last = received
            break
        }
        for (source, number) in zip(sources, numbers) {
            source.cancel()
            signal(number, SIG_DFL)
        }
        return last
    }

    /// What people call a signal.
    static func name(_ signal: Int32) -> String { signal == SIGINT ? "SIGINT" : "SIGTERM" }
}
