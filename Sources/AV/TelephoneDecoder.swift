import CFFmpeg
public import Codecs

/// Decodes G.711 and G.722 to 48 kHz, with concealment of what was lost.
///
/// The stream is mono; each sample is given once for every channel asked for, interleaved. Every call appends to the
/// array it is given.
@safe public struct TelephoneDecoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// How many samples at 48 kHz one tick of the RTP clock lasts, which counts 8,000 a second.
    public static let samplesPerTick = 6

    /// What it decodes.
    public let codec: Codec
    /// One or two.
    public let channelCount: Int

    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private let samplesAtRatePerTick: Int
    private var upsampler: RateConverter
    private var repetition: WaveformRepetition
    /// Samples at the codec's own rate.
    private var samples: [Int16] = []

    /// A decoder of `.pcmu`, `.pcma` or `.g722`; of anything else there is none.
    public init(_ codec: Codec, channelCount: Int) throws(CodecError) {
        precondition((1...2).contains(channelCount), "sound of a call is mono or stereo")
        let rate = codec == .g722 ? 16_000 : 8_000
        let context = try CodecContext(decoder: Self.decoderName(of: codec))
        unsafe context.handle.pointee.sample_rate = CInt(rate)
        unsafe av_channel_layout_default(&context.handle.pointee.ch_layout, 1)
        try context.open()
        // All are made before any is kept, since a half-made value could not be thrown away.
        let frame = try FrameBuffer()
        let packet = try PacketHolder()
        let upsampler = try RateConverter(from: rate, to: OpusDecoder.sampleRate)
        self.codec = codec
        self.channelCount = channelCount
        self.context = context
        self.frame = frame
        self.packet = packet
        self.upsampler = upsampler
        samplesAtRatePerTick = rate / 8_000
        repetition = WaveformRepetition(rate: rate)
    }

    /// FFmpeg's name.
    private static func decoderName(of codec: Codec) throws(CodecError) -> String {
        switch codec {
        case .pcmu: return "pcm_mulaw"
        case .pcma: return "pcm_alaw"
        case .g722: return "g722"
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .aac, .mp3:
            throw CodecError("decode \(codec.rawValue) as telephone sound", reason: "it is another kind of codec")
        }
    }

    /// By how many samples at 48 kHz what it gives lags behind what was encoded, which is what senders stamp.
    ///
    /// The two filter banks of G.722 hold back 22 samples at 16 kHz (ITU-T G.722 §3.1, §4.4).
    public var lookahead: Int { codec == .g722 ? 66 : 0 }

    /// By how many samples what is appended next precedes what is given next: some are still inside.
    public var delay: Int { upsampler.delay }

    /// Decodes a packet and appends its samples, `delay` of them late.
    ///
    /// Returns how many ticks of the RTP clock the packet lasts.
    @discardableResult
    public mutating func decode(_ bytes: [UInt8], into pcm: inout [Int16]) throws(CodecError) -> Int {
        guard !bytes.isEmpty else { throw CodecError("decode \(codec.rawValue)", reason: "the packet is empty") }
        let status = unsafe av_new_packet(packet.handle, CInt(bytes.count))
        guard status >= 0, let target = unsafe packet.handle.pointee.data else {
            throw .ffmpeg("hold a packet", status)
        }
        defer { unsafe av_packet_unref(packet.handle) }
        for index in bytes.indices { unsafe target[index] = bytes[index] }
        unsafe try context.send(packet: packet.handle)
        samples.removeAll(keepingCapacity: true)
        while unsafe try context.receive(frame: frame.handle) { keepSamples() }
        let count = samples.count
        repetition.blend(&samples)
        try upsampler.convert(samples, channelCount: channelCount, into: &pcm)
        return count / samplesAtRatePerTick
    }

    /// Makes up sound for so many ticks of the RTP clock that never came; it fades within 60 ms.
    public mutating func conceal(_ tickCount: Int, into pcm: inout [Int16]) throws(CodecError) {
        samples.removeAll(keepingCapacity: true)
        repetition.conceal(tickCount * samplesAtRatePerTick, into: &samples)
        try upsampler.convert(samples, channelCount: channelCount, into: &pcm)
    }

    /// Forgets the sound so far: what comes next begins with silence before it.
    public mutating func reset() {
        unsafe avcodec_flush_buffers(context.handle)
        upsampler.reset()
        repetition.reset()
    }

    private mutating func keepSamples() {
        let count = unsafe Int(frame.handle.pointee.nb_samples)
        guard let plane = unsafe frame.handle.pointee.extended_data[0] else { return }
        unsafe plane.withMemoryRebound(to: Int16.self, capacity: count) { source in
            for index in 0..<count { unsafe samples.append(source[index]) }
        }
    }
}
