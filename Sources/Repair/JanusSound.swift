import AV
import Capture
import Codecs
import Units

/// The sound of a Janus recording on its way into a file: Opus as it came, telephone sound encoded again.
struct JanusSound: ~Copyable {
    /// What encodes telephone sound.
    private struct Converter: ~Copyable {
        var decoder: TelephoneDecoder
        var aligner: AudioAligner
        var encoder: AACEncoder

        init(_ codec: Codec) throws(CodecError) {
            let decoder = try TelephoneDecoder(codec, channelCount: 1)
            let encoder = try AACEncoder(channelCount: 1, bitsPerSecond: 64_000)
            self.decoder = decoder
            self.encoder = encoder
            aligner = AudioAligner(channelCount: 1, blockSampleCount: AACEncoder.samplesPerPacket)
        }
    }

    private static let silencePiece = Duration.seconds(10)

    let format: TrackFormat

    private var silentUntil: ChannelTime?
    private var timeline: OpusTimeline
    private var converter: Converter?
    private var block: [Int16] = []
    private var pcm: [Int16] = []
    private var position: Int64?
    private var undecodedPacketCount = 0

    init(_ codec: Codec, channelCount: Int) throws {
        timeline = OpusTimeline(channelCount: channelCount)
        guard codec != .opus else {
            format = .opus(channelCount: channelCount, preSkip: Opus.usualPreSkip)
            return
        }
        let converter = try Converter(codec)
        format = .aac(
            sampleRate: AACEncoder.sampleRate, channelCount: 1, configuration: converter.encoder.configuration)
        self.converter = consume converter
    }

    /// How many packets could not be decoded.
    var malformedPacketCount: Int { undecodedPacketCount + timeline.malformedPacketCount }

    /// How many samples came for a place that was already taken.
    var cutSampleCount: Int {
        switch converter {
        case .some(let converter): converter.aligner.cutSampleCount
        case .none: timeline.cutSampleCount
        }
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        guard converter != nil else { return timeline.push(frame.bytes, at: time) }
        pcm.removeAll(keepingCapacity: true)
        let lag = (converter?.decoder.delay ?? 0) + (converter?.decoder.lookahead ?? 0)
        do throws(CodecError) {
            try converter?.decoder.decode(frame.bytes, into: &pcm)
        } catch {
            undecodedPacketCount += 1
            return
        }
        converter?.aligner.push(pcm, at: time + .nanoseconds(-Int64(lag) * 62_500 / 3))
        encode()
    }

    /// Makes silence where nothing came; a long one is made piece by piece, each to be taken before the next.
    ///
    /// Returns whether there is more to be made.
    mutating func advance(to time: ChannelTime) -> Bool {
        let begin = silentUntil ?? time
        let next = min(time, begin + Self.silencePiece)
        silentUntil = max(begin, next)
        timeline.advance(to: next)
        converter?.aligner.advance(to: next)
        encode()
        return next < time
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        timeline.finish(at: time)
        converter?.aligner.finish(at: time)
        encode()
        converter?.encoder.finish()
    }

    /// The next packet for the file.
    mutating func nextPacket() throws -> AudioPacket? {
        guard converter != nil else { return timeline.nextPacket() }
        guard let begin = position, let bytes = try converter?.encoder.nextPacket() else { return nil }
        position = begin + Int64(AACEncoder.samplesPerPacket)
        return AudioPacket(position: begin, sampleCount: AACEncoder.samplesPerPacket, bytes: bytes)
    }

    private mutating func encode() {
        while let begin = converter?.aligner.nextBlock(into: &block) {
            position = position ?? begin
            converter?.encoder.encode(block)
        }
    }
}
