import AV
import Codecs
import Units

/// Encodes 48 kHz sound to the packets of a call, 20 ms each, whatever the codec.
final class SoundEncoder {
    /// Of one channel.
    static let samplesPerPacket = 960

    /// The loss that copies inside Opus packets prepare for.
    private static let expectedLossPercent = 10

    let codec: Codec
    private var opus: OpusEncoder?
    private var telephone: TelephoneEncoder?
    /// By how many samples a packet's timestamp is earlier than what went in.
    private let lead: Int64
    private let hasPauses: Bool
    private var isPausing = false

    /// An encoder of one channel or two; with `hasPauses`, Opus sends next to nothing of silence.
    init(_ codec: Codec, channelCount: Int, hasPauses: Bool) throws(CodecError) {
        precondition(codec.kind == .audio && codec.isCarried, "calls carry no other sound")
        self.codec = codec
        self.hasPauses = hasPauses && codec == .opus
        if codec == .opus {
            var settings = OpusEncoder.Settings(channelCount: channelCount)
            settings.hasForwardCorrection = true
            settings.expectedLossPercent = Self.expectedLossPercent
            settings.hasPauses = hasPauses
            // Only of sound that is coded as speech are copies made.
            settings.isVoice = true
            opus = try OpusEncoder(settings)
            // A live sender says when that went in which comes out a lookahead later.
            lead = 0
        } else {
            let encoder = try TelephoneEncoder(codec, channelCount: channelCount)
            lead = Int64(encoder.delay)
            telephone = consume encoder
        }
    }

    /// Encodes one packet of interleaved samples, the first of which lies at `place`.
    ///
    /// Nothing comes out of a silence that need not be sent.
    func encode(_ pcm: [Int16], at place: Int64) throws(CodecError) -> Frame? {
        guard let bytes = codec == .opus ? try opus?.encode(pcm) : try telephone?.encode(pcm) else { return nil }
        // Receivers must see the first packet of a pause, and nothing of the rest (RFC 7587 §3.1.3).
        let wasPausing = isPausing
        isPausing = hasPauses && Opus.isPause(bytes)
        guard !(wasPausing && isPausing) else { return nil }
        let rate = Int64(codec.clockRate.ticksPerSecond)
        return Frame(
            codec: codec, ticks: (place - lead) * rate / 48_000, isKeyframe: true, bytes: bytes,
            arrival: Instant(nanoseconds: 0))
    }
}
