import Capture
import Codecs
import Units

/// What of a user is recorded at a moment.
struct CaptureSelection: Equatable, Sendable {
    var takesSound = true
    var takesPictures = true
    var isPaused = false
    /// Which of a picture's encodings is taken.
    var layer = LayerChoice.high

    /// Whether media of a kind goes to a file.
    func takes(_ kind: MediaKind) -> Bool { !isPaused && wants(kind) }

    /// Whether media of a kind goes to a file while nothing is paused.
    func wants(_ kind: MediaKind) -> Bool { kind == .audio ? takesSound : takesPictures }

    /// Whether nothing goes to a file, paused or not.
    var isNothing: Bool { !takesSound && !takesPictures }
}

/// What of a user is recorded, and when that changed.
///
/// Frames get their place in time only after they came: which of them belong to a file is decided by that, not by when
/// somebody asked.
struct CaptureGate {
    /// How many changes are remembered; a frame that is older than so many of them is judged by the oldest.
    private static let longestMemory = 32

    private var changes: [(from: ChannelTime, selection: CaptureSelection)]

    init(_ selection: CaptureSelection) { changes = [(ChannelTime(nanoseconds: .min / 2), selection)] }

    /// What is recorded from the last change on.
    var current: CaptureSelection { changes[changes.count - 1].selection }

    /// What is recorded from `time` on; a change never reaches back behind the one before.
    mutating func change(to selection: CaptureSelection, at time: ChannelTime) {
        guard selection != current else { return }
        changes.append((max(time, changes[changes.count - 1].from), selection))
        if changes.count > Self.longestMemory { changes.removeFirst() }
    }

    /// What is recorded at a moment.
    func selection(at time: ChannelTime) -> CaptureSelection {
        (changes.last { $0.from <= time } ?? changes[0]).selection
    }
}
