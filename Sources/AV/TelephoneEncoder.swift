import CFFmpeg
public import Codecs

/// Encodes 48 kHz sound to G.711 or G.722.
@safe public struct TelephoneEncoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// The usual length of a packet: 20 ms, in samples of one channel at 48 kHz.
    public static let samplesPerPacket = 960

    /// How many samples at 48 kHz one tick of the RTP clock lasts, which counts 8,000 a second.
    public static let samplesPerTick = 6

    /// What it encodes to.
    public let codec: Codec

    /// How many channels the samples given have; they are mixed to one.
    public let channelCount: Int

    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private var decimator: Decimator
    private var mixed: [Float] = []
    private var samples: [Int16] = []

    /// An encoder to `.pcmu`, `.pcma` or `.g722`; to anything else there is none.
    public init(_ codec: Codec, channelCount: Int) throws(CodecError) {
        precondition((1...2).contains(channelCount), "sound of a call is mono or stereo")
        let rate = codec == .g722 ? G722.sampleRate : G711.sampleRate
        let context = try CodecContext(encoder: Self.encoderName(of: codec))
        unsafe context.handle.pointee.sample_rate = CInt(rate)
        unsafe context.handle.pointee.sample_fmt = AV_SAMPLE_FMT_S16
        unsafe context.handle.pointee.frame_size = CInt(rate / 50)
        unsafe av_channel_layout_default(&context.handle.pointee.ch_layout, 1)
        try context.open()
        let frame = try Self.buffer(rate: rate)
        let packet = try PacketHolder()
        self.codec = codec
        self.channelCount = channelCount
        self.context = context
        self.frame = frame
        self.packet = packet
        decimator = Decimator(factor: 48_000 / rate)
    }

    /// By how many samples at 48 kHz what a decoder gives lags behind what was encoded.
    ///
    /// Nothing in a call tells of it, so a sender's timestamps are better as much earlier.
    public var delay: Int {
        // The pairs of filters that G.722 splits and joins its two bands by take 22 samples.
        Decimator.delay + (codec == .g722 ? 22 * 48_000 / G722.sampleRate : 0)
    }

    /// FFmpeg's name.
    private static func encoderName(of codec: Codec) throws(CodecError) -> String {
        switch codec {
        case .pcmu: return "pcm_mulaw"
        case .pcma: return "pcm_alaw"
        case .g722: return "g722"
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .aac, .mp3:
            throw CodecError("encode telephone sound as \(codec.rawValue)", reason: "it is another kind of codec")
        }
    }

    private static func buffer(rate: Int) throws(CodecError) -> FrameBuffer {
        let frame = try FrameBuffer()
        unsafe frame.handle.pointee.format = AV_SAMPLE_FMT_S16.rawValue
        unsafe frame.handle.pointee.sample_rate = CInt(rate)
        unsafe frame.handle.pointee.nb_samples = CInt(rate / 50)
        unsafe av_channel_layout_default(&frame.handle.pointee.ch_layout, 1)
        let status = unsafe av_frame_get_buffer(frame.handle, 0)
        guard status >= 0 else { throw .ffmpeg("hold samples for a telephone codec", status) }
        return frame
    }

    /// Encodes `samplesPerPacket` interleaved samples of each channel to one packet.
    public mutating func encode(_ pcm: [Int16]) throws(CodecError) -> [UInt8] {
        precondition(pcm.count == Self.samplesPerPacket * channelCount, "a packet lasts 20 ms")
        mixed.removeAll(keepingCapacity: true)
        for place in 0..<Self.samplesPerPacket {
            let start = place * channelCount
            mixed.append((Float(pcm[start]) + Float(pcm[start + channelCount - 1])) / 2)
        }
        samples.removeAll(keepingCapacity: true)
        decimator.convert(mixed, into: &samples)
        try load()
        unsafe try context.send(frame: frame.handle)
        guard unsafe try context.receive(packet: packet.handle) else {
            throw CodecError("encode \(codec.rawValue)", reason: "no packet came out")
        }
        defer { unsafe av_packet_unref(packet.handle) }
        return packet.bytes
    }

    private func load() throws(CodecError) {
        let status = unsafe av_frame_make_writable(frame.handle)
        guard status >= 0, let plane = unsafe frame.handle.pointee.extended_data[0] else {
            throw .ffmpeg("hold samples for a telephone codec", status)
        }
        unsafe plane.withMemoryRebound(to: Int16.self, capacity: samples.count) { target in
            for index in samples.indices { unsafe target[index] = samples[index] }
        }
    }
}
