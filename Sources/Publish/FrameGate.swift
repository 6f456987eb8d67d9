import Codecs

/// Decides which frames of a source go out.
///
/// What the script silences does not, nor do pictures behind an interruption before the next keyframe: receivers could
/// not decode them.
struct FrameGate {
    /// What becomes of a frame.
    enum Verdict: Equatable {
        case send
        case drop
        /// Drop it, and have a keyframe made.
        case dropForKeyframe
    }

    private let script: PublishScript
    /// By encoding.
    private var awaitsKeyframe: [Bool]

    init(_ script: PublishScript, encodingCount: Int) {
        self.script = script
        awaitsKeyframe = [Bool](repeating: false, count: max(encodingCount, 1))
    }

    /// Lets pictures through again from keyframes on only.
    mutating func interrupt() { for index in awaitsKeyframe.indices { awaitsKeyframe[index] = true } }

    /// Judges the next frame, in the source's order.
    mutating func judge(_ next: SourceFrame) -> Verdict {
        let kind = next.frame.codec.kind
        let isSilent = script.isSilent(kind, encoding: next.encoding, at: next.due)
        guard kind == .video else { return isSilent ? .drop : .send }
        if isSilent {
            awaitsKeyframe[next.encoding] = true
            return .drop
        }
        if awaitsKeyframe[next.encoding], !next.frame.isKeyframe { return .dropForKeyframe }
        awaitsKeyframe[next.encoding] = false
        return .send
    }
}
