/// What one publisher sent.
public struct PublishReport: Sendable {
    public var videoFrameCount = 0
    public var audioFrameCount = 0
    /// Frames that the connection had no room for.
    public var refusedFrameCount = 0
    public var packetCount = 0
    public var byteCount = 0
    public var retransmittedCount = 0
    public var keyframeRequestCount = 0
    /// How often a lost connection was made anew.
    public var reconnectCount = 0
    public var roundTrip: Duration?
    /// From the moment the connection stood to the last frame.
    public var duration = Duration.zero
    /// What the simulated link was given and lost.
    public var link: (sent: Int, lost: Int)?

    /// A report of nothing sent.
    public init() {}

    /// Counts another publisher's work as well.
    public mutating func add(_ other: PublishReport) {
        videoFrameCount += other.videoFrameCount
        audioFrameCount += other.audioFrameCount
        refusedFrameCount += other.refusedFrameCount
        packetCount += other.packetCount
        byteCount += other.byteCount
        retransmittedCount += other.retransmittedCount
        keyframeRequestCount += other.keyframeRequestCount
        reconnectCount += other.reconnectCount
        duration += other.duration
    }
}
