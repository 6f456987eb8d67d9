import AV

/// Draws and encodes the pattern's pictures and sound, interleaved as they are due.
final class PatternProducer: FrameProducer, @unchecked Sendable {
    // @unchecked Sendable: whoever holds it calls it from one thread at a time.

    let tracks: [SourceTrack]
    private let pictures: PatternPictures?
    private let sound: PatternSound?
    private var ending: Duration?

    init(_ settings: PatternSettings) throws(CodecError) {
        tracks = settings.tracks
        pictures = settings.videoCodec.map { PatternPictures(settings, codec: $0) }
        sound = settings.channelCount > 0 ? try PatternSound(settings) : nil
    }

    func next(forcingKeyframe: Bool) throws(CodecError) -> SourceFrame? {
        if forcingKeyframe { pictures?.owesKeyframe() }
        while true {
            let shown = pictures?.nextDue(before: ending)
            let heard = sound.flatMap { sound in ending.map { $0 <= sound.due } ?? false ? nil : sound.due }
            switch (shown, heard) {
            case (nil, nil): return nil
            case (let shown?, let heard) where heard.map { shown <= $0 } ?? true:
                if let frame = try pictures?.next(before: ending) { return frame }
            default: if let frame = try sound?.next() { return frame }
            }
        }
    }

    func end(at moment: Duration) { ending = moment }
}
