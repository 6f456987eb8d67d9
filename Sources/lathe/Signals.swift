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

    /// The signals that ask a recording for something, in their order: SIGUSR1 and SIGUSR2, and one that ends it at last.
    static func requests(ending numbers: [Int32]) -> AsyncStream<Int32> {
        let (stream, input) = AsyncStream.makeStream(of: Int32.self)
        let listening = Task {
            let last = await next(of: numbers + [SIGUSR1, SIGUSR2]) { signal in
                guard [SIGUSR1, SIGUSR2].contains(signal) else { return true }
                input.yield(signal)
                return false
            }
            if let last { input.yield(last) }
            input.finish()
        }
        input.onTermination = { _ in listening.cancel() }
        return stream
    }

    /// What people call a signal.
    static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGINT: "SIGINT"
        case SIGQUIT: "SIGQUIT"
        case SIGABRT: "SIGABRT"
        case SIGUSR1: "SIGUSR1"
        case SIGUSR2: "SIGUSR2"
        default: "SIGTERM"
        }
    }
}
