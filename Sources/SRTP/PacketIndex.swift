/// Tells packets' indices, and which of them have come before (RFC 3711 §3.3).
struct ReplayWindow: Sendable {
    /// How far back a packet may arrive before it counts as too old (RFC 3711 §3.3.2).
    ///
    /// RFC 3711 asks for 64; a retransmission on the original SSRC comes a round trip and more late,
    /// and 2048 packets are two seconds of 20 Mbit/s video.
    static let packetCount = 2048

    /// One bit for each of the last indices, the place of an index being its remainder.
    private var bits = [UInt64](repeating: 0, count: packetCount / 64)
    private(set) var latest: Int64?

    /// The index of a packet whose last 16 bits are known: the nearest to the latest one (RFC 3711 §3.3.1).
    func index(of sequenceNumber: UInt16) -> Int64 {
        guard let latest else { return Int64(sequenceNumber) }
        return latest + Int64(Int16(truncatingIfNeeded: Int64(sequenceNumber) - latest))
    }

    /// Whether a packet of this index may still be taken.
    func admits(_ index: Int64) -> Bool {
        guard index >= 0 else { return false }
        guard let latest else { return true }
        guard index <= latest else { return true }
        return latest - index < Int64(Self.packetCount) && !has(index)
    }

    /// Notes that a packet of this index was taken.
    mutating func note(_ index: Int64) {
        if let latest, index > latest {
            for skipped in max(latest + 1, index - Int64(Self.packetCount) + 1)..<index { clear(skipped) }
        }
        if index > latest ?? -1 { latest = index }
        bits[Self.word(index)] |= Self.bit(index)
    }

    private func has(_ index: Int64) -> Bool { bits[Self.word(index)] & Self.bit(index) != 0 }

    private mutating func clear(_ index: Int64) { bits[Self.word(index)] &= ~Self.bit(index) }

    private static func word(_ index: Int64) -> Int { Int(index % Int64(packetCount)) / 64 }

    private static func bit(_ index: Int64) -> UInt64 { 1 << UInt64(index % 64) }
}

/// What is known of one SSRC under one key.
struct StreamState: Sendable {
    let ssrc: UInt32
    var rtp = ReplayWindow()
    var rtcp = ReplayWindow()
}

/// The streams that one key has protected so far.
///
/// A list, not a hash table: there are few, and the last one asked for is most often the next.
struct StreamList: Sendable {
    private var streams: [StreamState] = []
    private var last = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Where a stream's state is; nothing if it has none yet.
    mutating func place(of ssrc: UInt32) -> Int? {
        if last < streams.count, streams[last].ssrc == ssrc { return last }
        guard let place = streams.firstIndex(where: { $0.ssrc == ssrc }) else { return nil }
        last = place
        return place
    }

    /// Whether another stream may be added.
    var hasRoom: Bool { streams.count < limit }

    /// Adds a stream, which must not be there yet.
    mutating func add(_ ssrc: UInt32) -> Int {
        streams.append(StreamState(ssrc: ssrc))
        last = streams.count - 1
        return last
    }

    subscript(place: Int) -> StreamState {
        _read { yield streams[place] }
        _modify { yield &streams[place] }
    }
}
