import AV
import Codecs
import Pattern
import Units

/// The sound of one pattern.
final class PatternSound {
    private let settings: PatternSettings
    private let beep: Beep
    private var encoder: SoundEncoder
    private var pcm: [Int16] = []
    /// The next packet's first sample.
    private var place: Int64 = 0

    init(_ settings: PatternSettings) throws(CodecError) {
        self.settings = settings
        beep = Beep(channelCount: settings.channelCount)
        encoder = try SoundEncoder(
            settings.audioCodec, channelCount: settings.channelCount, hasPauses: settings.hasPauses)
    }

    /// When the next packet is due.
    var due: Duration { .nanoseconds(place * 62_500 / 3) }

    /// The next packet; nothing if it need not be sent.
    func next() throws(CodecError) -> SourceFrame? {
        let due = due
        if let codec = settings.script.codec(.audio, at: due), codec != encoder.codec {
            encoder = try SoundEncoder(codec, channelCount: settings.channelCount, hasPauses: settings.hasPauses)
        }
        pcm.removeAll(keepingCapacity: true)
        beep.append(SoundEncoder.samplesPerPacket, from: place, to: &pcm)
        defer { place += Int64(SoundEncoder.samplesPerPacket) }
        return try encoder.encode(pcm, at: place).map { SourceFrame(frame: $0, due: due) }
    }
}
