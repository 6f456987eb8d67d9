public import Channel
public import Codecs
public import Units

/// Everything about one recording, as `recording.json` tells it.
///
/// Plain values that encode as they stand: moments are ISO 8601, places on the timeline are whole
/// milliseconds since the recording's origin.
public struct RecordingStory: Codable, Equatable, Sendable {
    public var version = 1
    public var recorder: String
    public var id: String
    public var channel: String
    public var profile: String
    /// `recording`, `finished` or `failed`.
    public var state = "recording"
    public var startedAt: String
    public var endedAt: String?
    public var durationMilliseconds: Int64?
    public var end: End?
    public var users: [User] = []
    public var takes: [Take] = []
    public var events: [Event] = []

    /// The story of a recording that begins now.
    public init(recorder: String, id: String, channel: ChannelName, profile: ChannelProfile, startedAt: WallTime) {
        self.recorder = recorder
        self.id = id
        self.channel = channel.description
        self.profile = "\(profile)"
        self.startedAt = startedAt.iso8601
    }

    /// Why it stopped.
    public struct End: Codable, Equatable, Sendable {
        public var reason: String
        public var description: String
        public var isNormal: Bool
        public var leaveCode: Int
        public var leaveCodeNames: [String]
    }

    /// One user's stays in the channel.
    public struct User: Codable, Equatable, Sendable {
        public var id: String
        public var joinedMilliseconds: Int64
        public var leftMilliseconds: Int64?
        public var offlineReason: String?

        public init(_ user: UserID, joinedAt: ChannelTime) {
            id = user.description
            joinedMilliseconds = joinedAt.milliseconds
        }
    }

    /// One file.
    public struct Take: Codable, Equatable, Sendable {
        public var file: String
        public var user: String
        public var container: String
        public var startMilliseconds: Int64
        public var endMilliseconds: Int64?
        /// Whether it was finished the ordinary way.
        public var isWhole = false
        public var byteCount: Int?
        public var video: Track?
        public var audio: Track?

        public init(file: String, user: UserID, container: Container, startedAt: ChannelTime) {
            self.file = file
            self.user = user.description
            self.container = container.rawValue
            startMilliseconds = startedAt.milliseconds
        }
    }

    /// One track of a file.
    public struct Track: Codable, Equatable, Sendable {
        public var codec: String
        public var startMilliseconds: Int64
        public var width: Int?
        public var height: Int?
        public var channelCount: Int?
        public var sampleCount = 0
        public var keyframeCount: Int?
        public var packetsLost: Int?
        public var packetsRepaired: Int?
        public var framesDropped: Int?

        public init(_ format: TrackFormat, startedAt: ChannelTime) {
            codec = format.codec.rawValue
            startMilliseconds = startedAt.milliseconds
            switch format {
            case .h264(let width, let height, _, _), .vp8(let width, let height):
                (self.width, self.height) = (width, height)
            case .opus(let channelCount, _), .aac(_, let channelCount, _):
                self.channelCount = channelCount
            }
        }
    }

    /// Something that happened, in words.
    public struct Event: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        public var kind: String
        public var user: String?
        public var file: String?
        public var detail: String?

        public init(
            _ kind: String, at time: ChannelTime, user: UserID? = nil, file: String? = nil, detail: String? = nil
        ) {
            atMilliseconds = time.milliseconds
            self.kind = kind
            self.user = user?.description
            self.file = file
            self.detail = detail
        }
    }

    /// Closes the story; every user who is still there leaves with it.
    ///
    /// `contributing` are the codes of whatever else was true at the end.
    public mutating func finish(
        _ end: RecordingEnd, contributing: LeaveCode = [], at time: ChannelTime, wall: WallTime
    ) {
        let code = end.leaveCode.union(contributing)
        state = end.isNormal ? "finished" : "failed"
        endedAt = wall.iso8601
        durationMilliseconds = time.milliseconds
        self.end = End(
            reason: end.name, description: end.description, isNormal: end.isNormal, leaveCode: code.rawValue,
            leaveCodeNames: code.names)
        for index in users.indices where users[index].leftMilliseconds == nil {
            users[index].leftMilliseconds = time.milliseconds
        }
    }
}

extension RecordingStory.Take {
    /// Notes what an event of the take means for its record.
    public mutating func note(_ event: TakeEvent, counters: TakeCounters) {
        switch event {
        case .opened(_, let time): startMilliseconds = time.milliseconds
        case .trackStarted(let format, let time):
            let track = RecordingStory.Track(format, startedAt: time)
            switch format.codec.kind {
            case .video: video = track
            case .audio: audio = track
            }
        case .resized(let width, let height, _):
            video?.width = width
            video?.height = height
        case .closed(let time):
            endMilliseconds = time.milliseconds
            isWhole = true
        case .keyframeNeeded, .recovered, .trackRefused: break
        }
        video?.sampleCount = counters.videoSampleCount
        video?.keyframeCount = counters.keyframeCount
        video?.framesDropped = counters.droppedAfterLoss + counters.droppedBeforeKeyframe
        audio?.sampleCount = counters.audioSampleCount
    }
}

extension ChannelTime {
    /// Whole milliseconds since the channel's origin, rounded to the nearest.
    public var milliseconds: Int64 { ticks(at: ClockRate(1_000)) }
}
