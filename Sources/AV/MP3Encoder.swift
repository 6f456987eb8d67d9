import CFFmpeg

/// Encodes 48 kHz sound to MP3 frames of one bit rate, at the sampling rate that is asked for.
///
/// What comes out of a decoder begins with `delay` samples that are none of the sound's; the encoder gives out so many
/// frames that all of the sound comes out of a decoder behind them.
@safe public struct MP3Encoder: FileSoundEncoder, ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// The rate of everything that comes in.
    public static let inputRate = 48_000

    /// One or two.
    public let channelCount: Int
    /// The rate of everything that goes out.
    public let sampleRate: Int
    /// How many samples of one channel a frame holds.
    public let samplesPerFrame: Int
    /// How many samples of one channel come out of a decoder before the sound: the encoder's delay and the decoder's.
    public let delay: Int

    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private var converter: RateConverter
    /// Interleaved samples at the output's rate, of which the encoder has the first `sentCount` already.
    private var pending: [Int16] = []
    private var sentCount = 0
    /// How many samples of one channel came in, and how many have been made of them.
    private var inputCount = 0
    private var convertedCount = 0
    private var isFinished = false
    private var isDraining = false

    /// An encoder of one or two channels, at one of the rates of MPEG-1 or MPEG-2.
    ///
    /// `bitsPerSecond` is rounded to what there is; nothing for what speech and music of that rate need.
    public init(channelCount: Int, sampleRate: Int, bitsPerSecond: Int? = nil) throws(CodecError) {
        precondition((1...2).contains(channelCount), "MP3 is mono or stereo")
        let context = try CodecContext(encoder: "libmp3lame")
        unsafe context.handle.pointee.sample_rate = CInt(sampleRate)
        unsafe context.handle.pointee.sample_fmt = AV_SAMPLE_FMT_S16P
        unsafe context.handle.pointee.bit_rate = Int64(
            bitsPerSecond ?? Self.usualBitRate(channelCount: channelCount, sampleRate: sampleRate))
        unsafe context.handle.pointee.time_base = AVRational(num: 1, den: CInt(sampleRate))
        unsafe av_channel_layout_default(&context.handle.pointee.ch_layout, CInt(channelCount))
        // Takes 5 ms of a core for a second of mono or stereo; the next better one worth its name, 2, takes 12 and 16.
        unsafe context.handle.pointee.compression_level = 5
        try context.open()
        let samplesPerFrame = unsafe Int(context.handle.pointee.frame_size)
        let converter = try RateConverter(from: Self.inputRate, to: sampleRate, channelCount: channelCount)
        let packet = try PacketHolder()
        let frame = try FrameBuffer()
        unsafe frame.handle.pointee.format = AV_SAMPLE_FMT_S16P.rawValue
        unsafe frame.handle.pointee.sample_rate = CInt(sampleRate)
        unsafe frame.handle.pointee.nb_samples = CInt(samplesPerFrame)
        unsafe av_channel_layout_default(&frame.handle.pointee.ch_layout, CInt(channelCount))
        let status = unsafe av_frame_get_buffer(frame.handle, 0)
        guard status >= 0 else { throw .ffmpeg("hold samples for MP3", status) }
        unsafe frame.handle.pointee.pts = 0
        delay = unsafe Int(context.handle.pointee.initial_padding)
        self.channelCount = channelCount
        self.sampleRate = sampleRate
        self.samplesPerFrame = samplesPerFrame
        self.context = context
        self.frame = frame
        self.packet = packet
        self.converter = converter
    }

    /// 64 kbit/s a channel, and 48 where the rate is so low that there is less to encode.
    ///
    /// Frames must be long enough for the summary that the first of a file is.
    private static func usualBitRate(channelCount: Int, sampleRate: Int) -> Int {
        channelCount * (sampleRate < 32_000 ? 48_000 : 64_000)
    }

    /// Where its packets lie.
    public var timing: PacketTiming {
        PacketTiming(sampleRate: sampleRate, samplesPerPacket: samplesPerFrame, delay: delay)
    }

    /// Takes interleaved samples, any number of them; take the frames they make with `nextPacket()`.
    public mutating func encode(_ pcm: [Int16]) throws(CodecError) {
        precondition(!isFinished, "nothing follows the end")
        pending.removeFirst(sentCount)
        sentCount = 0
        inputCount += pcm.count / channelCount
        let before = pending.count
        try converter.convert(pcm, into: &pending)
        convertedCount += (pending.count - before) / channelCount
    }

    /// Ends the stream; the remaining frames are then there to take.
    public mutating func finish() throws(CodecError) {
        guard !isFinished else { return }
        isFinished = true
        let before = pending.count
        try converter.flush(into: &pending)
        convertedCount += (pending.count - before) / channelCount
        // A filter's end is longer or shorter by a few samples than the sound.
        let missing = (inputCount * sampleRate + Self.inputRate / 2) / Self.inputRate - convertedCount
        if missing > 0 { pending.append(contentsOf: repeatElement(0, count: missing * channelCount)) }
        if missing < 0 { pending.removeLast(min(-missing * channelCount, pending.count - sentCount)) }
    }

    /// The next frame, or nothing until more samples came.
    public mutating func nextPacket() throws(CodecError) -> [UInt8]? {
        while true {
            if unsafe try context.receive(packet: packet.handle) {
                defer { unsafe av_packet_unref(packet.handle) }
                return packet.bytes
            }
            let waiting = (pending.count - sentCount) / channelCount
            if waiting >= samplesPerFrame || isFinished && waiting > 0 {
                try send(min(waiting, samplesPerFrame))
            } else if isFinished, !isDraining {
                isDraining = true
                unsafe try context.send(frame: nil)
            } else {
                return nil
            }
        }
    }

    /// Hands over samples as the planes that the encoder wants; only the last of all may be fewer than a frame's.
    private mutating func send(_ count: Int) throws(CodecError) {
        let status = unsafe av_frame_make_writable(frame.handle)
        guard status >= 0 else { throw .ffmpeg("hold samples for MP3", status) }
        unsafe frame.handle.pointee.nb_samples = CInt(count)
        for channel in 0..<channelCount {
            guard let plane = unsafe frame.handle.pointee.extended_data[channel] else { continue }
            unsafe plane.withMemoryRebound(to: Int16.self, capacity: count) { samples in
                var index = sentCount + channel
                for place in 0..<count {
                    unsafe samples[place] = pending[index]
                    index += channelCount
                }
            }
        }
        unsafe try context.send(frame: frame.handle)
        unsafe frame.handle.pointee.pts += Int64(count)
        sentCount += count * channelCount
    }
}
