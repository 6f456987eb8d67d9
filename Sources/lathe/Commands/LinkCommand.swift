import CommandLineOptions
import EventLoop
import Foundation
import Link
import Publish
import Service
import Units

/// `lathe link`: a bad network between any client and a server.
enum LinkCommand: Command {
    static let name = "link"
    static let summary = "a lossy, slow, reordering network between clients and a server, for tests"
    static let usage = "link --to HOST:PORT [--listen HOST:PORT] [OPTION…]"
    static let options =
        [
            OptionDescription("to", "HOST:PORT", "the server's UDP address"),
            OptionDescription("listen", "HOST:PORT", "where clients send to (127.0.0.1:0, any free port)"),
            OptionDescription("squeeze", "KBITPS@FROM-TO", "let less through between two seconds of its life"),
        ] + LinkOptions.table

    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard let to = arguments["to"] else { throw OptionError("--to is missing: name the server's UDP address") }
        let usual = try LinkOptions.conditions(arguments) ?? .perfect
        let squeeze = try arguments["squeeze"].map { try Squeeze($0) }
        let relay = try LinkRelay(
            listening: try address(arguments["listen"] ?? "127.0.0.1:0", "listen"), server: try address(to, "to"),
            conditions: usual, seed: try LinkOptions.seed(arguments), on: try EventLoop(name: "link"))
        say("relaying \(try await relay.begin()) to \(to)")
        let squeezing = Task { if let squeeze { try await perform(squeeze, on: relay, otherwise: usual) } }
        _ = await Signals.next()
        squeezing.cancel()
        let counts = await relay.counts
        say("lost \(counts.lost) of \(counts.sent) datagrams")
        return 0
    }

    private static func perform(
        _ squeeze: Squeeze, on relay: LinkRelay, otherwise usual: LinkConditions
    ) async throws {
        try await Task.sleep(for: squeeze.begin)
        var narrow = usual
        narrow.bitsPerSecond = squeeze.kilobitsPerSecond * 1000
        await relay.change(to: narrow)
        say("letting \(squeeze.kilobitsPerSecond) kbit/s through")
        try await Task.sleep(for: squeeze.end - squeeze.begin)
        await relay.change(to: usual)
        say("letting everything through again")
    }

    private static func address(_ text: String, _ name: String) throws -> TransportAddress {
        guard let address = TransportAddress(text) else {
            throw OptionError("--\(name) wants an address such as 127.0.0.1:40000 or [::1]:40000, not '\(text)'")
        }
        return address
    }
}
