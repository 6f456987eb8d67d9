public import Units

/// A place where a peer may be reached (RFC 8839 §5.1).
public struct Candidate: Hashable, Sendable {
    /// How datagrams travel to it.
    public enum Transport: Hashable, Sendable {
        case udp
        /// TCP, and which side connects (RFC 6544 §4.5).
        case tcp(TCPType?)
    }

    /// Which side opens a TCP connection (RFC 6544 §4.5).
    public enum TCPType: String, Hashable, Sendable {
        case active
        case passive
        case simultaneousOpen = "so"
    }

    /// How the address was learned (RFC 8445 §5.1.1).
    public enum Kind: String, Hashable, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"
    }

    /// Where it is: browsers hide a host's address behind a made-up `.local` name.
    public enum Address: Hashable, Sendable {
        case ip(IPAddress)
        case name(String)
    }

    /// An address and port that this candidate was derived from.
    public struct Related: Hashable, Sendable {
        public var address: Address
        public var port: UInt16

        public init(address: Address, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    public var foundation: String
    /// 1 for RTP, and for everything when RTCP shares its port.
    public var component: UInt16
    public var transport: Transport
    public var priority: UInt32
    public var address: Address
    public var port: UInt16
    public var kind: Kind
    public var related: Related?
    /// The ICE generation it belongs to, if it says so.
    public var ufrag: String?

    public init(
        foundation: String, component: UInt16 = 1, transport: Transport = .udp, priority: UInt32, address: Address,
        port: UInt16, kind: Kind, related: Related? = nil, ufrag: String? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.port = port
        self.kind = kind
        self.related = related
        self.ufrag = ufrag
    }
}

extension Candidate {
    /// A host candidate for UDP at one of our own addresses.
    ///
    /// `preference` is 0 for the best address and grows by one for each lesser one. The priority is
    /// RFC 8445 §5.1.2.1's: type preference 126, then the local preference, then the component.
    public static func host(_ address: TransportAddress, preference: UInt16 = 0) -> Candidate {
        let local = UInt32(UInt16.max - preference)
        return Candidate(
            foundation: "\(preference + 1)", priority: 126 << 24 | local << 8 | 255,
            address: .ip(address.ip), port: address.port, kind: .host)
    }

    /// Where to send datagrams; nothing if the address is a name or the transport is not UDP.
    public var transportAddress: TransportAddress? {
        guard case .udp = transport, case .ip(let ip) = address else { return nil }
        return TransportAddress(ip: ip, port: port)
    }
}
