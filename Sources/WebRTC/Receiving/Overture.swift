import Bytes
import Jitter
import RTP
import Units

/// Holds the first packets of a stream, since the very first to come need not be the first that was sent.
///
/// Whatever the reorder buffer is given first begins the stream; what overtook it on the way would be lost, and
/// with it the first keyframe.
struct Overture: Sendable {
    /// How long the stream's beginning is awaited: a usual spread of delays.
    static let patience = Duration.milliseconds(50)
    /// How many packets are held: a large keyframe.
    ///
    /// At the limit the overture is over.
    static let limit = 256

    struct Item: Sendable {
        var header: RTPHeader
        var place: Int64
        var note: PacketNote
        var descriptor: [UInt8] = []
        var payload: [UInt8] = []
        var arrival: Instant
    }

    private var items: [Item] = []
    private var start: Instant?
    private(set) var isOver = false

    /// When the overture ends.
    var deadline: Instant? { isOver ? nil : start.map { $0 + Self.patience } }

    /// Holds a packet.
    mutating func hold(
        _ header: RTPHeader, place: Int64, note: PacketNote = PacketNote(), descriptor: Span<UInt8>,
        payload: Span<UInt8>, at now: Instant
    ) {
        start = start ?? now
        var item = Item(header: header, place: place, note: note, arrival: now)
        item.descriptor.append(copying: descriptor)
        item.payload.append(copying: payload)
        items.append(item)
    }

    /// All packets held, in the order of sending, once it is time.
    mutating func take(at now: Instant) -> [Item] {
        guard let deadline, deadline <= now || items.count >= Self.limit else { return [] }
        isOver = true
        defer { items = [] }
        return items.sorted { $0.place < $1.place }
    }
}
