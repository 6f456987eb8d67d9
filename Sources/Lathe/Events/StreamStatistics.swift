/// How a user's pictures came, over the last two seconds.
public struct RemoteVideoStatistics: Equatable, Sendable {
    public var uid: String
    /// From the sender to here, half the measured way there and back; nothing before it was measured.
    public var delay: Duration?
    /// In pixels; 0 before the first picture that says so.
    public var width: Int
    public var height: Int
    public var receivedBitsPerSecond: Int
    public var framesPerSecond: Int
    /// `h264`, `vp8` and so on.
    public var codec: String
}

/// How a user's sound came, over the last two seconds.
public struct RemoteAudioStatistics: Equatable, Sendable {
    public var uid: String
    public var quality: StreamQuality
    /// From the sender to here, half the measured way there and back; nothing before it was measured.
    public var networkDelay: Duration?
    /// Packets that were lost beyond repair, in a thousand.
    public var lostPerMille: Int
    public var receivedBitsPerSecond: Int
}

/// How a recording goes, over the last two seconds.
public struct RecordingStatistics: Equatable, Sendable {
    /// Since the recorder joined.
    public var duration: Duration
    /// What users who are here have sent in all.
    public var receivedByteCount: Int
    public var receivedBitsPerSecond: Int
    public var receivedAudioBitsPerSecond: Int
    public var receivedVideoBitsPerSecond: Int
    /// The longest way from a user to here; nothing before it was measured.
    public var lastMileDelay: Duration?
    /// Users in the channel; the recorder is none of them.
    public var userCount: Int
    /// How busy the machine's processors are, with this process and in all, in a hundred.
    public var processPercent: Int
    public var totalPercent: Int
}

/// How loud a user is.
public struct SpeakerVolume: Equatable, Sendable {
    public var uid: String
    /// From 0, silence, to 255.
    public var volume: Int

    public init(uid: String, volume: Int) {
        self.uid = uid
        self.volume = volume
    }
}
