import Capture
import Codecs
import Storage
import Units

/// What a capture worker tells the hub.
struct CaptureNotice: Sendable {
    enum Kind: Sendable {
        /// A file was begun.
        case opened(TakeSummary)
        /// How an open file goes on; sent about twice a second.
        case progress(TakeSummary)
        /// Storage refused a write; what the file holds so far is whole.
        case failed(TakeSummary, StorageError)
        /// Something else went wrong, in a sentence.
        case trouble(String)
        /// Something happened that belongs in the recording's events.
        case happened(type: String, detail: String)
        /// The text of a `uid_*.txt` changed.
        case index(name: String, text: String)
        /// Everything is written and synced, or why it is not.
        case closed(TakeSummary, failure: StorageError?)
        /// Nothing more will come of this capture.
        case ended
    }

    var capture: CaptureID
    var kind: Kind
}

/// One file's state, as it is reported.
struct TakeSummary: Sendable {
    var file: String
    var lane: Lane
    var cause: TakeCause
    var video: TrackFormat?
    var audio: TrackFormat?
    var start: ChannelTime
    var end: ChannelTime
    /// From when it was known that a file is wanted to the first picture in it.
    var firstPictureDelay: Duration?
    var byteCount = 0
    var videoFrameCount = 0
    var audioFrameCount = 0
    var droppedFrameCount = 0
    /// What happened to it; not told with every report.
    var proof: TakeProof?
}
