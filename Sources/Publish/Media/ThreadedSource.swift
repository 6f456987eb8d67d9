import AV
import Foundation

/// What makes a source's frames, one at a time, on one thread.
protocol FrameProducer: AnyObject, Sendable {
    var tracks: [SourceTrack] { get }

    /// The next frame in order of due times; nothing at the end.
    func next(forcingKeyframe: Bool) throws(CodecError) -> SourceFrame?

    /// Makes the end come with what is captured before `moment`, or has been already.
    func end(at moment: Duration)
}

/// A source that draws, reads and encodes on a thread of its own, a little ahead of its publisher.
public final class ThreadedSource: MediaSource {
    public let tracks: [SourceTrack]
    private let queue = FrameQueue()

    /// A test pattern, drawn and encoded live.
    public convenience init(pattern settings: PatternSettings) throws {
        self.init(try PatternProducer(settings), name: "pattern \(settings.tag)")
    }

    /// A media file of any kind that FFmpeg reads.
    public convenience init(file settings: FileSettings) throws {
        self.init(try FileProducer(settings), name: "file")
    }

    init(_ producer: some FrameProducer, name: String) {
        tracks = producer.tracks
        let queue = queue
        let thread = Thread { Self.produce(producer, into: queue) }
        thread.name = name
        thread.start()
    }

    deinit { queue.stop() }

    public var nextDue: Duration? { queue.nextDue }
    public var isEnded: Bool { queue.isEnded }
    public var failure: String? { queue.failure }
    public func take(dueBy elapsed: Duration) -> SourceFrame? { queue.take(dueBy: elapsed) }
    public func requestKeyframe() { queue.requestKeyframe() }
    public func end(at moment: Duration) { queue.end(at: moment) }
    public func stop() { queue.stop() }

    private static func produce(_ producer: some FrameProducer, into queue: FrameQueue) {
        do {
            while true {
                if let moment = queue.takeEnd() { producer.end(at: moment) }
                guard let frame = try producer.next(forcingKeyframe: queue.takeKeyframeRequest()) else { break }
                guard queue.put(frame) else { return }
            }
            queue.close()
        } catch {
            queue.close(failure: error.description)
        }
    }
}
