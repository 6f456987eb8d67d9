import AV

/// How true a recording of the test pattern is.
public struct PatternReport: Codable, Equatable, Sendable {
    /// How many different numbered pictures are in the file.
    public var distinctFrameCount = 0
    /// How many there would be if none between the first and the last were missing.
    public var expectedFrameCount = 0
    public var missingFrameCount = 0
    public var repeatedFrameCount = 0
    public var unreadableFrameCount = 0
    public var disorderedFrameCount = 0
    /// Whose pictures they are; more than one is somebody else's picture in this file.
    public var tags: [Int] = []
    /// How many beeps have their flash.
    public var offsetCount = 0
    /// How far sound and picture are apart, signs left aside.
    public var offsetP50Milliseconds: Double?
    public var offsetP99Milliseconds: Double?
    public var offsetMaximumMilliseconds: Double?
    public var pacingP99Milliseconds: Double?
    public var beepCount = 0
    public var flashCount = 0
    public var durationMilliseconds = 0
    /// How many pictures stand upright in a player that turns them as the file asks.
    public var uprightFrameCount = 0
    /// How often the pictures change their size, and how far they are turned.
    public var resizeCount = 0
    public var turnCount = 0
    /// Packets that no decoder could make anything of.
    public var undecodableCount = 0

    /// Decodes the whole file and measures what it shows.
    public init(ofFile path: String) throws { self.init(try PatternMeasurement(of: path)) }

    init(_ found: PatternMeasurement) {
        if let video = found.video {
            let readable = video.seen.count - video.unreadableCount
            distinctFrameCount = readable - video.repeatedCount
            missingFrameCount = video.missingCount
            expectedFrameCount = distinctFrameCount + video.missingCount
            repeatedFrameCount = video.repeatedCount
            unreadableFrameCount = video.unreadableCount
            disorderedFrameCount = video.disorderedCount
            tags = video.tags.map(Int.init).sorted()
            flashCount = video.flashOnsets.count
            uprightFrameCount = video.uprightCount
            (resizeCount, turnCount) = (video.resizeCount, video.turnCount)
            pacingP99Milliseconds = video.pacing.map { $0.p99 / .milliseconds(1) }
        }
        beepCount = found.audio?.beepOnsets.count ?? 0
        offsetCount = found.offsets.count
        offsetP50Milliseconds = found.offsetSpread.map { $0.p50 / .milliseconds(1) }
        offsetP99Milliseconds = found.offsetSpread.map { $0.p99 / .milliseconds(1) }
        offsetMaximumMilliseconds = found.offsetSpread.map { $0.largest / .milliseconds(1) }
        durationMilliseconds = Int(found.duration / .milliseconds(1))
        undecodableCount = found.undecodableCount
    }
}
