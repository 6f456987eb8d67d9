import Capture
import Catalog

/// An event by the numbers and names that the callbacks of the product have that Lathe stands in for.
///
/// Only what has a counterpart there; numbers of warnings and errors are not made up.
public struct LegacyEvent: Codable, Equatable, Sendable {
    public struct Details: Codable, Equatable, Sendable {
        public var msgName: String
        /// The part that speaks: 0 is the recorder.
        public var module: Int?
        public var errorLevel: Int?
        public var errorMsg: String?
        public var warnMsg: String?
        public var exitStatus: Int?
        public var status: Int?
        public var leaveCode: Int?
        public var startUtcMs: Int64?
        public var mixedAllUser: Bool?
        public var streamUid: String?
        public var trackType: String?
        /// 0: the stream is received; 1: it is not.
        public var state: Int?
        // The product writes this one with a capital.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        public var UtcMs: Int64?
    }

    public var eventType: Int
    public var details: Details

    private init(_ eventType: Int, _ msgName: String, _ fill: (inout Details) -> Void) {
        self.eventType = eventType
        details = Details(msgName: msgName)
        fill(&details)
    }

    /// The counterpart of an event, if it has one.
    init?(_ record: EventRecord, _ outcome: EventDocument.Outcome?) {
        switch record.type {
        case "started": self.init(40, "recorder_started") { $0.status = 0 }
        case "stopping": self.init(41, "recorder_leave") { $0.leaveCode = outcome?.leaveCode }
        case "finished": self.init(11, "session_exit") { $0.exitStatus = outcome?.isNormal == true ? 0 : 1 }
        case "takeOpened": self.init(sliceOf: record)
        case "muted", "unmuted", "frozen", "unfrozen": self.init(streamOf: record)
        case "writeFailed", "takeNotMended":
            self.init(1, "cloud_recording_error") { details in
                (details.module, details.errorLevel, details.errorMsg) = (0, 4, record.detail)
            }
        case "trouble", "interrupted", "storageSlow", "diskFilling", "connectionInterrupted", "connectionLost":
            self.init(2, "cloud_recording_warning") { ($0.module, $0.warnMsg) = (0, record.detail) }
        default: return nil
        }
    }

    private init(sliceOf record: EventRecord) {
        let file = record.detail ?? ""
        let start = RecordingNames.parts(ofTake: file)?.startedAt.unixMilliseconds
        self.init(42, "recorder_slice_start") { details in
            details.startUtcMs = start ?? record.atUnixMilliseconds
            (details.mixedAllUser, details.streamUid) = (false, record.uid)
            let isSound = [".m4a", ".aac", ".mp3"].contains { file.hasSuffix($0) }
            details.trackType = isSound ? "audio" : "audio_and_video"
        }
    }

    private init(streamOf record: EventRecord) {
        let isSound = record.detail?.hasSuffix("audio") == true
        let name = isSound ? "recorder_audio_stream_state_changed" : "recorder_video_stream_state_changed"
        self.init(isSound ? 43 : 44, name) { details in
            (details.streamUid, details.UtcMs) = (record.uid, record.atUnixMilliseconds)
            details.state = ["muted", "frozen"].contains(record.type) ? 1 : 0
        }
    }
}
