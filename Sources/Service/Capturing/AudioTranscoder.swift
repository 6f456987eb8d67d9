import AV
import Capture
import Codecs
import Units

/// Turns one user's Opus packets into AAC packets without gaps on the channel's timeline.
struct AudioTranscoder: ~Copyable {
    /// How far decoded samples lie behind those that went into the encoder, which is what senders stamp.
    ///
    /// libopus looks 4 ms ahead for its analysis and 2.5 ms for its window.
    private static let lookahead = Duration.microseconds(6_500)
    /// Up to three lost packets are concealed; beyond that invention is worse than silence.
    private static let longestConcealment: Int64 = 2_880

    let format: TrackFormat
    /// How many samples were invented in place of lost ones.
    private(set) var concealedSampleCount = 0
    /// How many packets could not be decoded.
    private(set) var malformedPacketCount = 0

    private var decoder: OpusDecoder
    private var aligner: AudioAligner
    private var encoder: AACEncoder
    private var pcm: [Int16] = []
    private var block: [Int16] = []
    /// Where the next packet that leaves the encoder begins; nothing before the first block went in.
    private var position: Int64?
    private var expectedTicks: Int64?

    init(channelCount: Int) throws(CodecError) {
        // Both are made before either is kept, since a half-made value could not be thrown away.
        let decoder = try OpusDecoder(channelCount: channelCount)
        let encoder = try AACEncoder(channelCount: channelCount, bitsPerSecond: channelCount == 1 ? 64_000 : 96_000)
        self.decoder = decoder
        self.encoder = encoder
        aligner = AudioAligner(channelCount: channelCount, blockSampleCount: AACEncoder.samplesPerPacket)
        format = .aac(
            sampleRate: AACEncoder.sampleRate, channelCount: channelCount, configuration: self.encoder.configuration)
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        let time = time + (.zero - Self.lookahead)
        conceal(before: frame, at: time)
        pcm.removeAll(keepingCapacity: true)
        do {
            let count = try decoder.decode(frame.bytes, into: &pcm)
            aligner.push(pcm, at: time)
            expectedTicks = frame.ticks + Int64(count)
        } catch {
            malformedPacketCount += 1
        }
        encodeBlocks()
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        aligner.advance(to: now)
        encodeBlocks()
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        aligner.finish(at: time)
        encodeBlocks()
        encoder.finish()
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? {
        guard let begin = position, let bytes = try? encoder.nextPacket() else { return nil }
        position = begin + Int64(AACEncoder.samplesPerPacket)
        return AudioPacket(position: begin, sampleCount: AACEncoder.samplesPerPacket, bytes: bytes)
    }

    /// Fills a short hole: its last packet from the copy that this one may carry (RFC 6716 §2.1.7), what
    /// lies before with what the decoder makes of it (§4.4).
    private mutating func conceal(before frame: Frame, at time: ChannelTime) {
        guard let expected = expectedTicks else { return }
        let missing = frame.ticks - expected
        guard frame.isBroken, missing > 0, missing <= Self.longestConcealment, missing % 120 == 0 else { return }
        let recovered = min(missing, Int64(Opus.sampleCount(of: frame.bytes) ?? 0))
        pcm.removeAll(keepingCapacity: true)
        do {
            if missing > recovered { try decoder.conceal(Int(missing - recovered), into: &pcm) }
            if recovered > 0 { try decoder.recover(Int(recovered), before: frame.bytes, into: &pcm) }
        } catch {
            return
        }
        concealedSampleCount += Int(missing)
        let nanoseconds = MediaTime(ticks: missing, rate: .opus).rescaled(to: ClockRate(1_000_000_000)).ticks
        aligner.push(pcm, at: time + .nanoseconds(-nanoseconds))
    }

    private mutating func encodeBlocks() {
        while let begin = aligner.nextBlock(into: &block) {
            position = position ?? begin
            encoder.encode(block)
        }
    }
}
