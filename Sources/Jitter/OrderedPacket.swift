import Bytes
public import Units

/// What a packet says of its frame besides the payload.
public struct PacketNote: Equatable, Sendable {
    /// Which of its section's formats the payload has.
    public var format: Int
    /// Whether it was sent again, or made from redundancy.
    public var isRepaired: Bool
    /// The byte of the video orientation extension (3GPP TS 26.114 §7.4.5).
    public var orientation: UInt8?
    /// The sender's wall clock when the frame was captured.
    public var captureTime: NTPTime?
    /// Whether a frame is known to begin with it.
    public var beginsFrame = false

    public init(format: Int = 0, isRepaired: Bool = false) {
        self.format = format
        self.isRepaired = isRepaired
    }
}

/// One packet in its right order, on its way from the reorder buffer to the depacketiser.
///
/// The caller keeps one and lends it to each `next` call: the bytes' storage is exchanged, never copied.
public struct OrderedPacket: Equatable, Sendable {
    /// Its unwrapped sequence number.
    public var place: Int64 = 0
    /// Its unwrapped timestamp.
    public var ticks: Int64 = 0
    public var marker = false
    public var arrival = Instant(nanoseconds: 0)
    /// How many packets right before it are lost for good.
    public var lostBefore = 0
    public var note = PacketNote()
    /// Its dependency descriptor; empty if it has none.
    public var descriptor: [UInt8] = []
    public var payload: [UInt8] = []

    /// An empty one, to be lent.
    public init() {}

    /// Takes over what is to be kept of a packet, in the storage that is there.
    mutating func fill(descriptor: Span<UInt8>, payload: Span<UInt8>) {
        self.descriptor.removeAll(keepingCapacity: true)
        self.descriptor.append(copying: descriptor)
        self.payload.removeAll(keepingCapacity: true)
        self.payload.append(copying: payload)
    }
}
