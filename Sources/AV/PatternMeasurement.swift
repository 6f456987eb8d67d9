import Codecs

/// How true a recording of the pattern is: which pictures are in it, when, and whether sound is with them.
///
/// Made by decoding the whole file as a player would. Times are on the file's own timeline.
public struct PatternMeasurement: Equatable, Sendable {
    /// Nothing if the file has no pictures.
    public var video: PatternVideoMeasurement?
    /// Nothing if the file has no sound.
    public var audio: PatternAudioMeasurement?
    /// One for each beep that has its flash within half a second, in order.
    public var offsets: [Offset] = []
    /// Of the offsets' absolute values; nothing without any.
    public var offsetSpread: Spread?
    /// Packets that no decoder could make anything of.
    public var undecodableCount = 0
    /// Why reading ended before the file's own end, if it did.
    public var damage: CodecError?

    /// How far sound and picture were apart at one beep.
    public struct Offset: Equatable, Sendable {
        /// When the beep began.
        public var time: Duration
        /// Positive if the sound is late.
        public var offset: Duration
    }

    /// The longer of the tracks.
    public var duration: Duration { max(video?.duration ?? .zero, audio?.duration ?? .zero) }

    /// Decodes and measures a file.
    public init(of path: String) throws(CodecError) {
        var reader = try MediaFileReader(path: path)
        let videoTrack = reader.tracks.first { $0.kind == .video }
        let audioTrack = reader.tracks.first { $0.kind == .audio }
        if let videoTrack { try reader.choose(.pictures, for: videoTrack, threadCount: 2) }
        if let audioTrack { try reader.choose(.sound(channelCount: 1), for: audioTrack) }
        var watcher = videoTrack.map { PatternWatcher(track: $0) }
        var listener = audioTrack.map { PatternListener(track: $0) }
        while let item = try reader.next() {
            switch item {
            case .packet: break
            case .picture(_, let time):
                _ = reader.withLuma { width, height, stride, luma in
                    watcher?.see(luma, width: width, height: height, stride: stride, at: time)
                }
            case .sound(_, let time, let samples): listener?.hear(samples, at: time)
            }
        }
        video = watcher?.finished()
        audio = listener?.finished()
        undecodableCount = reader.undecodableCount
        damage = reader.damage
        pairOnsets()
    }

    /// Finds each beep's nearest flash.
    private mutating func pairOnsets() {
        guard let flashes = video?.flashOnsets, !flashes.isEmpty, let beeps = audio?.beepOnsets else { return }
        var index = 0
        for beep in beeps {
            while index + 1 < flashes.count,
                Self.distance(flashes[index + 1], beep) <= Self.distance(flashes[index], beep)
            {
                index += 1
            }
            guard Self.distance(flashes[index], beep) < .milliseconds(500) else { continue }
            offsets.append(Offset(time: beep, offset: beep - flashes[index]))
        }
        offsetSpread = Spread(of: offsets.map(\.offset))
    }

    private static func distance(_ left: Duration, _ right: Duration) -> Duration {
        left < right ? right - left : left - right
    }
}

/// How a set of deviations is spread, signs left aside.
public struct Spread: Equatable, Sendable {
    /// Half of them are no larger.
    public var p50: Duration
    /// Ninety-nine in a hundred are no larger.
    public var p99: Duration
    /// None is larger.
    public var largest: Duration

    /// Nothing of nothing; percentiles are the smallest value that so many do not exceed.
    public init?(of deviations: [Duration]) {
        let sorted = deviations.map { $0 < .zero ? .zero - $0 : $0 }.sorted()
        guard let largest = sorted.last else { return nil }
        self.largest = largest
        p50 = sorted[(sorted.count - 1) / 2]
        p99 = sorted[max((sorted.count * 99 + 99) / 100 - 1, 0)]
    }
}
