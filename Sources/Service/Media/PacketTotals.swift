import WebRTC

/// What became of the packets of all tracks that were ever received, by now.
public struct PacketTotals: Equatable, Sendable {
    /// Packets of media, repaired ones included.
    public var received = 0
    /// Packets that never came, or too late.
    public var lost = 0
    /// Packets that came when they were asked for again.
    public var repaired = 0
    /// Packets that were made from redundancy.
    public var recovered = 0
    /// Sequence numbers that were asked for again.
    public var requested = 0
    /// Datagrams that were thrown away, by whatever cause.
    public var refused = 0
    public var frames = 0
    /// Frames that were given up because something in them was lost.
    public var droppedFrames = 0
    public var keyframeRequests = 0

    public init() {}

    mutating func add(_ peer: PeerStatistics) {
        refused += peer.drops.total
        for track in peer.tracks {
            received += track.packetCount
            lost += track.lostCount
            repaired += track.repairedCount
            recovered += track.recoveredCount
            requested += track.nackCount
            frames += track.frameCount
            droppedFrames += track.droppedFrameCount
            keyframeRequests += track.keyframeRequestCount
        }
    }

    mutating func add(_ other: PacketTotals) { combine(other, +) }

    /// What was seen at most of each: a count that a peer forgets with a stream is not taken back.
    mutating func raise(to other: PacketTotals) { combine(other, max) }

    private mutating func combine(_ other: PacketTotals, _ body: (Int, Int) -> Int) {
        let fields: [WritableKeyPath<PacketTotals, Int>] = [
            \.received, \.lost, \.repaired, \.recovered, \.requested, \.refused, \.frames, \.droppedFrames,
            \.keyframeRequests,
        ]
        for field in fields { self[keyPath: field] = body(self[keyPath: field], other[keyPath: field]) }
    }
}
