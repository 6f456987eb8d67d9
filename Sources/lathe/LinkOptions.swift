import CommandLineOptions
import Link

/// The options of commands that put a bad network between a client and a server.
enum LinkOptions {
    static let table = [
        OptionDescription("loss", "PERCENT", "lose so many datagrams, in both directions, by a relay in between"),
        OptionDescription("burst", "N", "lose so many in a row, on average (1)"),
        OptionDescription("duplicate", "PERCENT", "deliver so many twice"),
        OptionDescription("jitter", "MS", "delay each datagram by up to so much more"),
        OptionDescription("delay", "MS", "delay every datagram by so much"),
        OptionDescription("rate", "KBITPS", "let so much through in a second; what waits over 300 ms is dropped"),
        OptionDescription("seed", "N", "decides which datagrams are lost (1)"),
    ]

    /// The network asked for; nothing if none of its options is given.
    static func conditions(_ arguments: Arguments) throws -> LinkConditions? {
        let loss = try arguments.number("loss", in: 0.0...100.0)
        let burst = try arguments.number("burst", in: 1.0...1_000.0)
        let duplication = try arguments.number("duplicate", in: 0.0...100.0)
        let jitter = try arguments.number("jitter", in: 0...10_000)
        let delay = try arguments.number("delay", in: 0...10_000)
        let rate = try arguments.number("rate", in: 1...10_000_000)
        if burst != nil, loss == nil { throw OptionError("--burst says how losses come; say how many with --loss") }
        guard loss != nil || duplication != nil || jitter != nil || delay != nil || rate != nil else { return nil }
        return LinkConditions(
            loss: (loss ?? 0) / 100, burstLength: burst ?? 1, duplication: (duplication ?? 0) / 100,
            delay: .milliseconds(delay ?? 0), jitter: .milliseconds(jitter ?? 0), bitsPerSecond: rate.map { $0 * 1000 })
    }

    /// What decides every datagram's fate.
    static func seed(_ arguments: Arguments) throws -> UInt64 {
        try arguments.number("seed", in: 0...UInt64.max) ?? 1
    }
}
