import AV

/// Draws and encodes the pattern's pictures and sound, interleaved as they are due.
final class PatternProducer: FrameProducer, @unchecked Sendable {
    // @unchecked Sendable: whoever holds it calls it from one thread at a time.

    let tracks: [SourceTrack]
    private let pictures: PatternPictures?
    private let sound: PatternSound?

    init(_ settings: PatternSettings) throws(CodecError) {
        tracks = settings.tracks
        pictures = settings.videoCodec.map { PatternPictures(settings, codec: $0) }
        sound = settings.channelCount > 0 ? try PatternSound(settings) : nil
    }

    func next(forcingKeyframe: Bool) throws(CodecError) -> SourceFrame? {
        if forcingKeyframe { pictures?.owesKeyframe() }
        while true {
            guard let pictures, sound.map({ pictures.due <= $0.due }) ?? true else {
                guard let sound else { return nil }
                if let frame = try sound.next() { return frame }
                continue
            }
            if let frame = try pictures.next() { return frame }
        }
    }
}
