public import Channel
import Units

/// What a file's story says of it, as documents carry it: what was lost and repaired, when pictures stood still, and
/// how the sender's clocks ran.
///
/// Times count from the file's beginning.
public struct TakeProof: Codable, Equatable, Sendable {
    /// An interval in which something was lost.
    public struct Loss: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        public var picturePackets: PacketCounts
        public var soundPackets: PacketCounts
        public var pictures: PictureCounts
    }

    /// The size of the pictures from some time on.
    public struct Size: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        public var width: Int
        public var height: Int
    }

    /// How far pictures must be turned clockwise from some time on.
    public struct Turn: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        public var degrees: Int
    }

    /// A stretch of time; `count` if several are told as one, `milliseconds` being their sum.
    public struct Span: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        public var milliseconds: Int64
        public var cause: String?
        public var count: Int?
    }

    /// What was found of the sender's clocks.
    public struct Clock: Codable, Equatable, Sendable {
        /// How much faster than ours the clock of the sound runs, in millionths.
        public var audioDriftPartsPerMillion: Double?
        /// The same of the pictures' clock.
        public var videoDriftPartsPerMillion: Double?
        /// How far pictures lie behind their sound, by the sender's own word: the last one, and what half and what
        /// 99 % of them do not exceed.
        public var offsetMilliseconds: Double?
        public var offsetMedianMilliseconds: Double?
        public var offsetP99Milliseconds: Double?
        /// How often the sender set its wall clock.
        public var stepCount: Int
        /// Sender reports that could not be true.
        public var refusedReportCount: Int

        /// What a peer's clock measured of the tracks that go to the file.
        public init(_ measured: ClockMeasurements, sound: Int?, picture: Int?) {
            audioDriftPartsPerMillion = sound.flatMap { measured.tracks[$0].drift }.map(Self.rounded)
            videoDriftPartsPerMillion = picture.flatMap { measured.tracks[$0].drift }.map(Self.rounded)
            stepCount = measured.clockStepCount
            refusedReportCount = measured.refusedReportCount
            guard let skew = measured.skew, sound != nil, picture != nil else { return }
            offsetMilliseconds = Self.rounded(skew.latest / .milliseconds(1))
            offsetMedianMilliseconds = Self.rounded(skew.median / .milliseconds(1))
            offsetP99Milliseconds = Self.rounded(skew.percentile99 / .milliseconds(1))
        }

        private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    }

    public var pictures = PictureCounts()
    /// Pictures that came before the first keyframe, and are not in the file.
    public var earlyPictureCount = 0
    public var picturePackets = PacketCounts()
    public var soundPackets = PacketCounts()
    /// How long each interval of `losses` and of the two rates is.
    public var intervalMilliseconds: Int64 = 0
    /// Only intervals in which something was lost.
    public var losses: [Loss] = []
    public var videoKilobitsPerSecond: [Int] = []
    public var audioKilobitsPerSecond: [Int] = []
    public var sizes: [Size] = []
    public var rotations: [Turn] = []
    /// Changes of size and rotation beyond those listed.
    public var unlistedChangeCount = 0
    /// Stretches in which a picture stood still for more than half a second, by cause: `loss`, `mute`, `away` or `sender`.
    public var freezes: [Span] = []
    /// Stretches in which no `audio` or no `video` came although the user was there.
    public var mutes: [Span] = []
    /// Stretches in which the user was not in the channel.
    public var absences: [Span] = []
    /// Sound that was invented in place of what was lost.
    public var concealedMilliseconds: Int64 = 0
    /// Lost sound that was recovered from copies in later packets.
    public var recoveredMilliseconds: Int64 = 0
    /// Silence that was filled in where no sound came.
    public var silentMilliseconds: Int64 = 0
    /// Sound that came and is not in the file, if there is any: its place was taken, or it could not be encoded.
    public var leftOutMilliseconds: Int64?
    /// Packets of sound that could not be decoded, if there were any.
    public var malformedSoundPacketCount: Int?
    public var clock: Clock?

    public init() {}

    mutating func add(_ interval: IntervalMap.Interval, at index: Int, lasting seconds: Double) {
        videoKilobitsPerSecond.append(Int(Double(interval.pictureByteCount) * 8 / seconds / 1_000))
        audioKilobitsPerSecond.append(Int(Double(interval.soundByteCount) * 8 / seconds / 1_000))
        guard interval.hasLoss else { return }
        losses.append(
            Loss(
                atMilliseconds: Int64(index) * intervalMilliseconds, picturePackets: interval.picturePackets,
                soundPackets: interval.soundPackets, pictures: interval.pictures))
    }
}
