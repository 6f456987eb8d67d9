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
        /// Everything is written and synced, or why it is not.
        case closed(TakeSummary, failure: String?)
        /// Nothing more will come of this capture.
        case ended
    }

    var capture: CaptureID
    var kind: Kind
}

/// One file's state, as it is reported.
struct TakeSummary: Sendable {
    var file: String
    var video: TrackFormat?
    var audio: TrackFormat?
    var start: ChannelTime
    var end: ChannelTime
    var firstPicture: ChannelTime?
    var byteCount = 0
    var videoFrameCount = 0
    var audioFrameCount = 0
    var droppedFrameCount = 0
    /// The name and text of the `uid_*.txt` that goes with the file.
    var index: (name: String, text: String)
}
