public import Codecs

/// One track of a file that was read, with all of its samples that the file holds.
public struct WebMTrack: Equatable, Sendable {
    public internal(set) var number = 0
    public internal(set) var kind: MediaKind?
    public internal(set) var codecID = ""
    /// What the samples are, if it is something that Lathe writes.
    public internal(set) var format: TrackFormat?
    /// The picture's size in pixels; zero for sound.
    public internal(set) var width = 0
    public internal(set) var height = 0
    /// What the head says of the numbers in pictures, whatever the stream says.
    public internal(set) var colour: ColourDescription?
    /// How pictures are turned before they are shown; nothing if they are slanted or no flat picture.
    public internal(set) var rotation: Rotation? = Rotation.none
    /// Zero for pictures.
    public internal(set) var channelCount = 0
    public internal(set) var sampleRate = 0
    /// In the order they lie in the file.
    public internal(set) var samples: [WebMSample] = []

    var codecPrivate: [UInt8] = []
    var defaultDurationNanoseconds: Int64?

    /// Where the last sample ends on the file's timeline.
    public var endNanoseconds: Int64 { samples.last.map { $0.nanoseconds + $0.durationNanoseconds } ?? 0 }
}

/// One sample of a file that was read.
public struct WebMSample: Equatable, Sendable {
    /// Where its bytes lie in the file.
    public var offset: Int
    public var byteCount: Int
    /// When it is shown or heard, from the start of the file.
    public var nanoseconds: Int64
    /// Until the next sample; the last one's as the file says, and 0 if it does not.
    public var durationNanoseconds: Int64
    public var isKeyframe: Bool
}

/// Why a file is not whole.
public enum WebMProblem: Equatable, Sendable {
    /// There is not a byte in it.
    case empty
    /// It does not start as WebM or Matroska does.
    case notWebM
    /// Nothing says what the file holds.
    case noTracks
    /// The recording stopped without being finished: it plays, up to its last complete cluster.
    case notFinished
    /// The file ends inside an element.
    case cut(ElementID, at: Int, missing: Int)
    /// The bytes at a place are no element, or only the start of one's header.
    case notAnElement(at: Int)
    /// An element contradicts itself or its neighbours.
    case damaged(ElementID, at: Int)
    /// What was written behind a place reached the disk in part only.
    case torn(at: Int)
}

extension WebMProblem: CustomStringConvertible {
    /// The problem in one sentence.
    public var description: String {
        switch self {
        case .empty: "The file is empty."
        case .notWebM: "The file does not start as a WebM file does."
        case .noTracks: "There is no Tracks element, so nothing says what the file holds."
        case .notFinished:
            "The recording was never finished: it plays to its last complete cluster, but has no duration or cues."
        case .cut(let id, let offset, let missing):
            "The file ends inside the \(id) element at byte \(offset): \(missing) bytes are missing."
        case .notAnElement(let offset): "The bytes from \(offset) on are not an element."
        case .torn(let offset): "What was written from byte \(offset) on did not reach the disk as a whole."
        case .damaged(let id, let offset):
            "The \(id) element at byte \(offset) contradicts itself or its neighbours."
        }
    }
}
