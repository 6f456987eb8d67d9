public import Units

/// One address at which the other side says it can be reached (RFC 8445 §5.1).
public struct RemoteCandidate: Hashable, Sendable {
    public var address: TransportAddress
    /// The other side's preference: more is better (RFC 8445 §5.1.2).
    public var priority: UInt32

    public init(address: TransportAddress, priority: UInt32) {
        self.address = address
        self.priority = priority
    }
}
