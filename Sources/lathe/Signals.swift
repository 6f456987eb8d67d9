import Foundation

/// SIGINT and SIGTERM as something to wait for.
enum Signals {
    /// Takes over both signals, and returns the name of the first that comes. A second one ends the
    /// process at once, for whoever is in a hurry.
    static func next() async -> String {
        let (stream, input) = AsyncStream.makeStream(of: String.self)
        let sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { input.yield(name) }
            source.resume()
            return source
        }
        var name = "end"
        for await received in stream {
            name = received
            break
        }
        for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
            source.cancel()
            signal(number, SIG_DFL)
        }
        return name
    }
}
