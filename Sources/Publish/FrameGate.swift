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

    /// What an encoding's next pictures need.
    private enum State {
        case nothing
        case keyframe
        /// The same, and one is being made: asking again would only make more.
        case promisedKeyframe
    }

    private let script: PublishScript
    /// By encoding.
    private var states: [State]

    init(_ script: PublishScript, encodingCount: Int) {
        self.script = script
        states = [State](repeating: .nothing, count: max(encodingCount, 1))
    }

    /// Lets pictures through again from keyframes on only.
    mutating func interrupt() { for index in states.indices { states[index] = .keyframe } }

    /// Judges the next frame, in the source's order.
    mutating func judge(_ next: SourceFrame) -> Verdict {
        let kind = next.frame.codec.kind
        let isSilent = script.isSilent(kind, encoding: next.encoding, at: next.due)
        guard kind == .video else { return isSilent ? .drop : .send }
        if isSilent {
            states[next.encoding] = .keyframe
            return .drop
        }
        switch states[next.encoding] {
        case .keyframe where !next.frame.isKeyframe:
            states[next.encoding] = .promisedKeyframe
            return .dropForKeyframe
        case .promisedKeyframe where !next.frame.isKeyframe: return .drop
        case .nothing, .keyframe, .promisedKeyframe:
            states[next.encoding] = .nothing
            return .send
        }
    }
}
