import EventLoop
import Foundation
import Service
import Units

/// A server's ports, moved to where nobody is, for programs that run many to a machine.
struct FreePorts {
    /// Where media goes if no ports are named: outside of what the kernel gives to clients (RFC 6335, `ip_local_port_range`).
    private static let anywhere: ClosedRange<UInt16> = 20_000...32_000

    private(set) var options: ServiceOptions
    /// What moved, and where to.
    private(set) var notes: [String] = []

    init(_ options: ServiceOptions) { self.options = options }

    /// Takes any port for HTTP if that of the options is taken; whoever knows that it is need not look.
    mutating func moveHTTP(isKnownTaken: Bool = false) {
        guard isKnownTaken || isTaken(options.httpHost, options.httpPort) else { return }
        notes.append(
            "\(options.httpHost):\(options.httpPort) is taken, so HTTP listens on a free port; --http chooses one")
        options.httpPort = 0
    }

    /// Takes as many neighbouring ports as there are loops, from a range that other programs share.
    ///
    /// If there are none, the options stay, and the server will say which port it could not have.
    mutating func moveUDP(anywhere: Bool) {
        let range = anywhere ? Self.anywhere : options.udpPorts
        let count = options.effectiveLoopCount
        var first = anywhere ? UInt16.random(in: Self.anywhere) : range.lowerBound
        while Int(first) + count - 1 <= Int(range.upperBound) {
            let window = first...(first + UInt16(count - 1))
            guard let taken = window.last(where: { !Self.isFree($0) }) else {
                options.udpPorts = window
                return
            }
            first = taken + 1
        }
    }

    private func isTaken(_ host: String, _ port: UInt16) -> Bool {
        IPAddress(host).map { TCPProbe.bind(TransportAddress(ip: $0, port: port)) == EADDRINUSE } ?? false
    }

    private static func isFree(_ port: UInt16) -> Bool { (try? UDPPort(anyAddress: port)) != nil }
}
