import Foundation

/// SIGINT and SIGTERM as something to wait for.
enum Signals {
    /// Takes over both signals, and returns the number of the first that comes; nothing if the task is cancelled.
    ///
    /// A second one ends the process at once, for whoever is in a hurry.
    static func next() async -> Int32? {
        let (stream, input) = AsyncStream.makeStream(of: Int32.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { input.yield(number) }
            source.resume()
            return source
        }
        var first: Int32?
        for await received in stream {
            first = received
            break
        }
        for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
            source.cancel()
            signal(number, SIG_DFL)
        }
        return first
    }

    /// What people call a signal.
    static func name(_ signal: Int32) -> String { signal == SIGINT ? "SIGINT" : "SIGTERM" }
}
