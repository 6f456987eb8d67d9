import AV
import Codecs
import Synchronization

/// Some seconds of the pattern, encoded once for many users to send over and over.
///
/// Numbers in the pictures begin again with each round; a round begins with a keyframe.
public struct PatternLoop: Sendable {
    /// Noise that leaves an encoder no choice but to spend about the rate it was given.
    public static let noiseAmplitude: UInt8 = 12

    public let tracks: [SourceTrack]
    /// How long one round is.
    public let seconds: Int
    let frames: [SourceFrame]

    /// Draws and encodes `seconds` seconds, on the calling thread.
    ///
    /// The settings' noise is used if there is any, else `noiseAmplitude`.
    public init(_ settings: PatternSettings, seconds: Int) throws {
        precondition(seconds > 0, "a loop goes round")
        var settings = settings
        if settings.noiseAmplitude == 0 { settings.noiseAmplitude = Self.noiseAmplitude }
        let producer = try PatternProducer(settings)
        var frames: [SourceFrame] = []
        while let frame = try producer.next(forcingKeyframe: false), frame.due < .seconds(seconds) {
            frames.append(frame)
        }
        self.frames = frames
        self.seconds = seconds
        tracks = producer.tracks
    }

    /// What a second of the loop's pictures weighs, in bits.
    public var videoBitsPerSecond: Int {
        frames.reduce(0) { $0 + ($1.frame.codec.kind == .video ? $1.frame.bytes.count * 8 : 0) } / seconds
    }
}

/// One user's way through a `PatternLoop`: no encoder, no thread, no copy of a byte.
public final class LoopedSource: MediaSource {
    private struct Place {
        var index = 0
        var round: Int64 = 0
        var end: Duration?

        /// When the next frame is due.
        func due(_ loop: PatternLoop) -> Duration { loop.frames[index].due + .seconds(round * Int64(loop.seconds)) }

        /// Whether the end has come.
        func isOver(_ loop: PatternLoop) -> Bool { end.map { $0 <= due(loop) } ?? false }
    }

    private let loop: PatternLoop
    private let place = Mutex(Place())

    /// A source that starts at the beginning of the loop.
    public init(_ loop: PatternLoop) { self.loop = loop }

    public var tracks: [SourceTrack] { loop.tracks }
    public var isEnded: Bool { place.withLock { $0.isOver(loop) } }
    public var failure: String? { nil }

    public var nextDue: Duration? {
        place.withLock { $0.isOver(loop) ? nil : $0.due(loop) }
    }

    public func take(dueBy elapsed: Duration) -> SourceFrame? {
        place.withLock { place in
            guard !place.isOver(loop), place.due(loop) <= elapsed else { return nil }
            let frame = loop.frames[place.index].shifted(bySeconds: place.round * Int64(loop.seconds))
            place.index += 1
            if place.index == loop.frames.count {
                place.index = 0
                place.round += 1
            }
            return frame
        }
    }

    /// Does nothing: the next keyframe is never further than the loop's keyframe interval.
    public func requestKeyframe() {}

    public func end(at moment: Duration) { place.withLock { $0.end = moment } }

    public func stop() { end(at: .zero) }
}
