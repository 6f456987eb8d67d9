import Capture
import Foundation
import Service

/// What of users is recorded (`MediaRecorderStreamType`).
public enum RecorderStreamType: Int, Codable, Sendable {
    case audio = 1
    case video = 2
    case both = 3
}

/// Which of a sender's sizes of a picture is taken (`VIDEO_STREAM_TYPE`).
public enum VideoStreamType: Int, Codable, Sendable {
    case high = 0
    case low = 1
}

extension VideoStreamType {
    /// The same as the engine is told it.
    var layer: LayerChoice { self == .low ? .low : .high }
}

/// When a user's files are begun.
public enum RecorderTrigger: String, Codable, Sendable {
    /// As soon as the user sends something that is subscribed to.
    case automatic
    /// When `startService` is called, for everybody; `stopService` pauses (the legacy `TRIGGER_MODE_TYPE` 1).
    case manual
    /// When `startSingleRecording` is called for the user, as in 4.x.
    case perUser
}

/// How a recorder records a channel; it is chosen before it joins.
///
/// It can be read from JSON, with the names of the fields as keys.
public struct RecorderSettings: Equatable, Sendable {
    public var trigger = RecorderTrigger.automatic
    /// Whether everybody's sound and pictures are subscribed to from the start.
    public var autoSubscribe = true
    /// A directory for the files of one recording; nothing for one below the service's root, named by channel and time.
    public var directory: String?
    /// What files are called, such as `{uid}_{date}`; nothing for the legacy names.
    public var names: String?
    public var streamType = RecorderStreamType.both
    /// Which of a sender's sizes is recorded, as long as `subscribeAllVideo` and `subscribeVideo` choose no other.
    public var videoStreamType = VideoStreamType.high
    /// `aac`, or `opus` to keep sound as it came.
    public var audio = "aac"
    /// With the stream type audio, `beside` for MP3 beside the usual file, or `only` for nothing else; else `none`.
    public var mp3 = "none"
    /// The sampling rate of MP3: 16000, 32000, 44100 or 48000.
    public var mp3Rate = 48_000
    /// `auto`, `mp4`, `webm` or `ts`.
    public var container = "auto"
    /// `continuous` for one file a user, or `legacy` for one of sound and one of pictures, cut as the legacy product cuts.
    public var splitting = "continuous"
    /// How long the recording may be, in whole seconds; nothing for any length.
    public var maximumSeconds: Int?
    /// How long it waits in a channel without users, from 3 s to 30 days.
    public var idleSeconds = 300
    /// How often `recorderInfoUpdated` is told of each open file, from 1000 to 10000 ms; 0 for never.
    public var infoIntervalMilliseconds = 0

    public init() {}

    /// How often it may be told how files go on.
    static let infoIntervals = 1_000...10_000

    /// What is wrong with an interval, if anything is.
    static func check(interval: Int) throws {
        guard interval == 0 || infoIntervals.contains(interval) else {
            throw RecorderError.badField(
                "infoIntervalMilliseconds",
                "infoIntervalMilliseconds is 0, or from \(infoIntervals.lowerBound) to \(infoIntervals.upperBound), "
                    + "not \(interval)")
        }
    }

    /// What the engine is asked for.
    func request(_ channel: String, _ users: RecordedUsers, recoversFiles: Bool) throws -> RecordingRequest {
        try Self.check(interval: infoIntervalMilliseconds)
        var request = RecordingRequest(channel: channel, idleSeconds: idleSeconds, directory: directory)
        request.audio = try Self.choice("audio", audio)
        try setMP3(&request)
        request.container = try Self.choice("container", container)
        request.splitting = try Self.choice("splitting", splitting)
        (request.streamType, request.streamTypes) = (users.type.layer, users.types.mapValues(\.layer))
        request.recoverFiles = recoversFiles
        request.media = streamType == .audio ? .audio : streamType == .video ? .video : .both
        request.trigger = trigger == .manual ? .manual : .automatic
        (request.maximumSeconds, request.atMaximum, request.names) = (maximumSeconds, .stop, names)
        (request.audioUsers, request.videoUsers) = (users.recordedAudio.selection, users.recordedVideo.selection)
        return request
    }

    private func setMP3(_ request: inout RecordingRequest) throws {
        request.mp3 = try Self.choice("mp3", mp3)
        guard let rate = MP3Rate(rawValue: mp3Rate) else {
            throw RecorderError.badField("mp3Rate", "mp3Rate is \(MP3Rate.listed), not \(mp3Rate)")
        }
        request.mp3Rate = rate
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: String, _ text: String
    ) throws -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw RecorderError.badField(field, "\(field) is one of \(known), not '\(text)'")
        }
        return choice
    }
}

extension RecorderSettings: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case trigger, autoSubscribe, directory, names, streamType, videoStreamType, audio, mp3, mp3Rate
        case container, splitting, maximumSeconds, idleSeconds, infoIntervalMilliseconds
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseStrangers(to: CodingKeys.allCases)
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        try keys.read(.trigger, into: &trigger)
        try keys.read(.autoSubscribe, into: &autoSubscribe)
        try keys.read(.directory, into: &directory)
        try keys.read(.names, into: &names)
        try keys.read(.streamType, into: &streamType)
        try keys.read(.videoStreamType, into: &videoStreamType)
        try keys.read(.audio, into: &audio)
        try keys.read(.mp3, into: &mp3)
        try keys.read(.mp3Rate, into: &mp3Rate)
        try keys.read(.container, into: &container)
        try keys.read(.splitting, into: &splitting)
        try keys.read(.maximumSeconds, into: &maximumSeconds)
        try keys.read(.idleSeconds, into: &idleSeconds)
        try keys.read(.infoIntervalMilliseconds, into: &infoIntervalMilliseconds)
    }
}

/// How one user is recorded, where that differs from the others (`setRecorderConfigByUid`).
public struct UserRecorderSettings: Equatable, Sendable {
    /// What of the user is recorded.
    public var streamType = RecorderStreamType.both
    /// After how long the user is recorded no more, counted from the first file; nothing for any length.
    public var maximumDuration: Duration?
    /// How often `recorderInfoUpdated` is told of the user's files, from 1000 to 10000 ms; 0 for never.
    public var infoIntervalMilliseconds = 0

    public init() {}
}
