public import Capture
public import Foundation
import Units

/// A recording as the API shows it and as `recording.json` keeps it: the whole story in one document.
public struct RecordingDocument: Codable, Equatable, Sendable {
    /// Where a recording stands.
    public enum State: String, Codable, Sendable {
        case recording
        /// The end was asked for; files are being closed.
        case finishing
        case finished
    }

    /// Why and how it ended.
    public struct End: Codable, Equatable, Sendable {
        public var reason: String
        /// The legacy leave code: a sum of `LEAVE_CODE_` bits.
        public var leaveCode: Int
        /// The bits of `leaveCode` by name.
        public var leaveCodes: [String]

        init(_ end: RecordingEnd) {
            reason = end.description
            leaveCode = end.leaveCode.rawValue
            leaveCodes = end.leaveCode.names
        }

        init(reason: String, leaveCode: Int, leaveCodes: [String]) {
            self.reason = reason
            self.leaveCode = leaveCode
            self.leaveCodes = leaveCodes
        }
    }

    /// One user who was in the channel during the recording.
    public struct User: Codable, Equatable, Sendable {
        public var uid: String
        public var joinedAtMilliseconds: Int64
        public var leftAtMilliseconds: Int64?
        public var isPresent: Bool { leftAtMilliseconds == nil }
    }

    public struct Video: Codable, Equatable, Sendable {
        public var codec: String
        public var width: Int
        public var height: Int
    }

    public struct Audio: Codable, Equatable, Sendable {
        public var codec: String
        public var channelCount: Int
    }

    /// One file.
    public struct Take: Codable, Equatable, Sendable {
        public enum State: String, Codable, Sendable {
            case open
            case closed
            /// Storage failed; what was written before plays, and is made whole when the disk lets it be.
            case failed
            /// It was cut off by a failing disk or by the end of the process, and was made whole afterwards.
            case recovered
        }

        public var file: String
        public var uid: String
        /// What of the user is in it: `user` for microphone and camera, `sound` or `picture` for one of them, `screen`.
        public var lane: String
        /// Why it was begun.
        public var cause: TakeCause
        public var state: State
        public var video: Video?
        public var audio: Audio?
        /// Where the file's time zero lies on the channel's timeline.
        public var startedAtMilliseconds: Int64
        public var durationMilliseconds: Int64
        public var byteCount: Int
        public var videoFrameCount: Int
        public var audioFrameCount: Int
        /// Pictures not written because they could not be decoded.
        public var droppedFrameCount: Int
        /// From the user's joining, or the end of the file before, to the first picture in the file.
        public var firstPictureMilliseconds: Int64?
        /// What was lost, repaired and made up, and when; brought up to date every few seconds.
        public var proof: TakeProof?
        /// Where the API serves the file; absent in `recording.json`.
        public var url: String?
    }

    /// A time in which nobody recorded, because the process that did had died.
    public struct Interruption: Codable, Equatable, Sendable {
        /// Up to when the files of the process that died reach.
        public var atMilliseconds: Int64
        /// When another one went on, or closed the files.
        public var untilMilliseconds: Int64
        /// What is known of the cause, in words.
        public var cause: String
        /// What became of files that were open, in words, by their names.
        public var files: [String: String]
    }

    /// A time in which nothing was recorded because somebody said so.
    public struct Pause: Codable, Equatable, Sendable {
        public var atMilliseconds: Int64
        /// Nothing while it lasts.
        public var untilMilliseconds: Int64?
    }

    /// Something that happened, in order; `sequence` counts from 1.
    public struct Event: Codable, Equatable, Sendable {
        public var sequence: Int
        public var atMilliseconds: Int64
        public var type: String
        public var uid: String?
        public var detail: String?
    }

    public var id: String
    public var channel: String
    public var mode = "individual"
    public var state: State
    public var startedAt: Date
    public var elapsedMilliseconds: Int64
    public var directory: String
    public var audio: AudioChoice
    /// Whether MP3 is made of the sound, and at which rate; nothing if it is not.
    public var mp3: MP3Choice?
    public var mp3Rate: MP3Rate?
    public var container: ContainerChoice
    public var splitting: Splitting
    public var streamType: LayerChoice
    public var onLoss: OnLoss
    /// Whether plain streams are written beside each MP4.
    public var recoverFiles: Bool?
    public var idleSeconds: Int
    /// Who and what is recorded, and for how long.
    public var control: RecordingControl?
    /// Whether it waits to be resumed.
    public var isPaused: Bool?
    /// When it was paused; nothing if it never was.
    public var pauses: [Pause]?
    /// Users who are not recorded for now, since somebody stopped them.
    public var stoppedUsers: [String]?
    public var users: [User]
    public var takes: [Take]
    public var events: [Event]
    /// How often its process died, and what became of it; nothing if it never did.
    public var interruptions: [Interruption]?
    public var end: End?
}

extension RecordingDocument {
    /// Reads one as the API shows it and as `recording.json` and the catalogue keep it; fails with a `DecodingError`.
    public init(reading text: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(RecordingDocument.self, from: text)
    }

    /// A recording that begins.
    init(
        id: String, channel: String, startedAt: WallTime, directory: String, files: FileChoices, idleSeconds: Int,
        control: RecordingControl
    ) {
        self.init(
            id: id, channel: channel, state: .recording,
            startedAt: Date(timeIntervalSince1970: Double(startedAt.unixMilliseconds) / 1000),
            elapsedMilliseconds: 0, directory: directory, audio: files.audio,
            mp3: files.mp3 == .none ? nil : files.mp3, mp3Rate: files.mp3 == .none ? nil : files.mp3Rate,
            container: files.container, splitting: files.splitting, streamType: files.streamType, onLoss: files.onLoss,
            recoverFiles: files.hasRecoveryStreams, idleSeconds: idleSeconds, control: control,
            isPaused: control.trigger == .manual, users: [], takes: [], events: [])
    }

    /// What of a user is to be recorded now.
    func selection(of uid: String) -> CaptureSelection {
        let control = control ?? RecordingControl()
        let isStopped = stoppedUsers?.contains(uid) ?? false
        return CaptureSelection(
            takesSound: !isStopped && control.media != .video && control.audioUsers.includes(uid),
            takesPictures: !isStopped && control.media != .audio && control.videoUsers.includes(uid),
            isPaused: isPaused ?? false, layer: control.streamTypes?[uid] ?? streamType)
    }

    /// The pauses that are over, or go on, where they are cut out of files.
    var pauseLog: PauseLog {
        var log = PauseLog()
        for pause in pauses ?? [] {
            log.begin(at: .ms(pause.atMilliseconds))
            if let end = pause.untilMilliseconds { log.end(at: .ms(end)) }
        }
        return log
    }

    /// What was chosen about its files.
    var files: FileChoices {
        var files = FileChoices()
        (files.audio, files.container, files.splitting) = (audio, container, splitting)
        (files.streamType, files.onLoss) = (streamType, onLoss)
        files.hasRecoveryStreams = recoverFiles ?? false
        (files.mp3, files.mp3Rate) = (mp3 ?? .none, mp3Rate ?? files.mp3Rate)
        return files
    }
}
