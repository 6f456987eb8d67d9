/// One datagram in a buffer that is used again and again.
///
/// The storage keeps its size for life; `count` says how much of it is the datagram. Decryption
/// happens in place and only lowers `count`; encryption raises it into the room that is there.
public struct PacketBuffer: Sendable {
    /// The largest datagram that is read or sent.
    ///
    /// Ethernet's 1500 bytes plus room for a tunnel that
    /// allows more; anything larger arrives cut, and is then refused by its checks.
    public static let capacity = 2048

    /// The bytes, `capacity` of them, of which the first `count` are the datagram.
    public var storage: [UInt8]

    /// How many bytes of `storage` are the datagram.
    public var count: Int

    /// An empty buffer of full capacity.
    public init() {
        storage = [UInt8](repeating: 0, count: Self.capacity)
        count = 0
    }

    /// A buffer that holds a copy of `bytes`.
    public init(_ bytes: some Collection<UInt8>) {
        precondition(bytes.count <= Self.capacity, "a datagram fits in a packet buffer")
        self.init()
        storage.replaceSubrange(0..<bytes.count, with: bytes)
        count = bytes.count
    }

    /// The datagram, borrowed.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    /// The datagram, copied out.
    public var bytes: [UInt8] { Array(storage[0..<count]) }
}
