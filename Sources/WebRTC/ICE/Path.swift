public import Units

/// Both ends of the way that a datagram takes.
public struct Path: Hashable, Sendable {
    /// The address of ours that it leaves from, or arrived at.
    public var local: TransportAddress
    /// The other side's address, as we see it.
    public var remote: TransportAddress

    public init(local: TransportAddress, remote: TransportAddress) {
        self.local = local
        self.remote = remote
    }
}
