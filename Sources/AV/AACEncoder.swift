import CFFmpeg

/// Encodes 48 kHz sound to AAC-LC packets for files.
///
/// The encoder's priming packet is dropped, so that the k-th packet that comes out decodes to exactly the
/// samples `k * 1024 ..< (k + 1) * 1024` that went in: no edit list is needed. The very first packet is
/// faded in by its missing predecessor.
@safe public struct AACEncoder: FileSoundEncoder, ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// How many samples of each channel one packet holds (ISO/IEC 14496-3 §4.5.1.1).
    public static let samplesPerPacket = 1024
    /// The rate of everything encoded.
    public static let sampleRate = 48_000

    /// One or two.
    public let channelCount: Int

    /// The AudioSpecificConfig that a container must carry (ISO/IEC 14496-3 §1.6.2.1).
    public let configuration: [UInt8]

    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    /// Interleaved samples, of which the encoder has the first `sentCount` already.
    private var pending: [Int16] = []
    private var sentCount = 0
    private var hasDroppedPriming = false
    private var isFinished = false
    private var isDraining = false

    /// An encoder of one or two channels at a constant rate.
    public init(channelCount: Int, bitsPerSecond: Int = 96_000) throws(CodecError) {
        try self.init(channelCount: channelCount, bitsPerSecond: bitsPerSecond, coder: "fast")
    }

    /// `coder` is FFmpeg's `aac_coder`: `fast` takes 3.4 ms of a core for a second of
    /// mono speech at 64 kbit/s, 6.1 for stereo at 96; the default `twoloop` takes 8.3 and 16.3.
    init(channelCount: Int, bitsPerSecond: Int, coder: String) throws(CodecError) {
        precondition((1...2).contains(channelCount), "AAC tracks are mono or stereo")
        let context = try CodecContext(encoder: "aac")
        try context.set("aac_coder", coder)
        unsafe context.handle.pointee.sample_rate = CInt(Self.sampleRate)
        unsafe context.handle.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
        unsafe context.handle.pointee.bit_rate = Int64(bitsPerSecond)
        unsafe context.handle.pointee.time_base = AVRational(num: 1, den: CInt(Self.sampleRate))
        unsafe context.handle.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        unsafe av_channel_layout_default(&context.handle.pointee.ch_layout, CInt(channelCount))
        try context.open()

        let packet = try PacketHolder()
        let frame = try FrameBuffer()
        unsafe frame.handle.pointee.format = AV_SAMPLE_FMT_FLTP.rawValue
        unsafe frame.handle.pointee.sample_rate = CInt(Self.sampleRate)
        unsafe frame.handle.pointee.nb_samples = CInt(Self.samplesPerPacket)
        unsafe av_channel_layout_default(&frame.handle.pointee.ch_layout, CInt(channelCount))
        let status = unsafe av_frame_get_buffer(frame.handle, 0)
        guard status >= 0 else { throw .ffmpeg("hold samples for AAC", status) }
        unsafe frame.handle.pointee.pts = 0

        let count = unsafe Int(context.handle.pointee.extradata_size)
        configuration = unsafe Array(UnsafeBufferPointer(start: context.handle.pointee.extradata, count: count))
        self.channelCount = channelCount
        self.context = context
        self.frame = frame
        self.packet = packet
    }

    /// Where its packets lie.
    public static let timing = PacketTiming(sampleRate: sampleRate, samplesPerPacket: samplesPerPacket, delay: 0)

    /// Takes interleaved samples, any number of them; take the packets they make with `nextPacket()`.
    public mutating func encode(_ pcm: [Int16]) {
        precondition(!isFinished, "nothing follows the end")
        pending.removeFirst(sentCount)
        sentCount = 0
        pending.append(contentsOf: pcm)
    }

    /// Fills the last packet with silence and ends the stream; the remaining packets are then there to take.
    public mutating func finish() {
        guard !isFinished else { return }
        let perPacket = Self.samplesPerPacket * channelCount
        let rest = (pending.count - sentCount) % perPacket
        if rest > 0 { encode([Int16](repeating: 0, count: perPacket - rest)) }
        isFinished = true
    }

    /// The next packet, or nothing until more samples came.
    ///
    /// A packet comes out when the samples of the one after it are there.
    public mutating func nextPacket() throws(CodecError) -> [UInt8]? {
        while true {
            while unsafe try context.receive(packet: packet.handle) {
                defer { unsafe av_packet_unref(packet.handle) }
                if hasDroppedPriming { return packet.bytes }
                hasDroppedPriming = true
            }
            if pending.count - sentCount >= Self.samplesPerPacket * channelCount {
                try sendPending(from: sentCount)
                sentCount += Self.samplesPerPacket * channelCount
            } else if isFinished, !isDraining {
                isDraining = true
                unsafe try context.send(frame: nil)
            } else {
                return nil
            }
        }
    }

    /// Hands over one packet's samples as the planes of floats that the encoder wants.
    private func sendPending(from start: Int) throws(CodecError) {
        let status = unsafe av_frame_make_writable(frame.handle)
        guard status >= 0 else { throw .ffmpeg("hold samples for AAC", status) }
        for channel in 0..<channelCount {
            guard let plane = unsafe frame.handle.pointee.extended_data[channel] else { continue }
            unsafe plane.withMemoryRebound(to: Float.self, capacity: Self.samplesPerPacket) { samples in
                var index = start + channel
                for place in 0..<Self.samplesPerPacket {
                    unsafe samples[place] = Float(pending[index]) * (1 / 32_768)
                    index += channelCount
                }
            }
        }
        unsafe try context.send(frame: frame.handle)
        unsafe frame.handle.pointee.pts += Int64(Self.samplesPerPacket)
    }
}
