import CFFmpeg
public import Codecs
public import Pattern
public import Units

/// Encodes pictures for a call: at once, without pictures out of order, on the calling thread only.
@safe public struct VideoEncoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// How a stream is to be encoded.
    public struct Settings: Equatable, Sendable {
        /// `h264` or `vp8`.
        public var codec: Codec
        /// The pictures' size.
        public var width: Int
        /// The pictures' size.
        public var height: Int
        /// The steady rate that pictures will come at.
        public var framesPerSecond: Int
        /// The rate to hold, over any half second or so.
        public var bitsPerSecond: Int
        /// How many pictures lie between keyframes that nobody asked for; two seconds' worth at first.
        public var keyframeInterval: Int

        /// Settings with a keyframe every two seconds.
        public init(codec: Codec, width: Int, height: Int, framesPerSecond: Int = 30, bitsPerSecond: Int = 1_000_000) {
            self.codec = codec
            self.width = width
            self.height = height
            self.framesPerSecond = framesPerSecond
            self.bitsPerSecond = bitsPerSecond
            keyframeInterval = 2 * framesPerSecond
        }
    }

    /// What it was made with.
    public let settings: Settings
    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private var pictureCount: Int64 = 0

    /// An encoder with these settings.
    public init(_ settings: Settings) throws(CodecError) {
        precondition(settings.codec.kind == .video, "pictures need a video codec")
        self.settings = settings
        let context = try Self.opened(settings)
        let frame = try Self.buffer(width: settings.width, height: settings.height)
        let packet = try PacketHolder()
        self.context = context
        self.frame = frame
        self.packet = packet
    }

    /// Encodes one picture, which gets the ticks given; nothing comes out if the encoder chose to skip it.
    public mutating func encode(
        _ picture: Picture, ticks: Int64, forcingKeyframe: Bool = false, arrival: Instant = Instant(nanoseconds: 0)
    ) throws(CodecError) -> Frame? {
        precondition(picture.width == settings.width && picture.height == settings.height, "the size was agreed")
        try load(picture)
        // The encoder counts pictures, not ticks: its rate control expects the steady rate it was promised.
        unsafe frame.handle.pointee.pts = pictureCount
        unsafe frame.handle.pointee.pict_type = forcingKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        pictureCount += 1
        unsafe try context.send(frame: frame.handle)
        guard unsafe try context.receive(packet: packet.handle) else { return nil }
        defer { unsafe av_packet_unref(packet.handle) }
        let bytes = packet.bytes
        return Frame(
            codec: settings.codec, ticks: ticks, isKeyframe: packet.isKeyframe,
            bytes: settings.codec == .h264 ? AnnexB.lengthPrefixed(bytes) : bytes, arrival: arrival)
    }

    /// Copies a picture's planes into the encoder's frame, whose rows may be padded.
    private func load(_ picture: Picture) throws(CodecError) {
        let status = unsafe av_frame_make_writable(frame.handle)
        guard status >= 0 else { throw .ffmpeg("hold a picture", status) }
        let raw = unsafe frame.handle
        unsafe Self.copy(picture.luma, width: picture.width, to: raw.pointee.data.0, stride: raw.pointee.linesize.0)
        unsafe Self.copy(
            picture.blue, width: picture.chromaWidth, to: raw.pointee.data.1, stride: raw.pointee.linesize.1)
        unsafe Self.copy(
            picture.red, width: picture.chromaWidth, to: raw.pointee.data.2, stride: raw.pointee.linesize.2)
    }

    private static func copy(_ plane: [UInt8], width: Int, to target: UnsafeMutablePointer<UInt8>?, stride: CInt) {
        guard let target = unsafe target else { return }
        unsafe plane.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            for row in 0..<(source.count / width) {
                unsafe (target + row * Int(stride)).update(from: start + row * width, count: width)
            }
        }
    }
}

extension VideoEncoder {
    private static func opened(_ settings: Settings) throws(CodecError) -> CodecContext {
        let context = try CodecContext(encoder: settings.codec == .h264 ? "libx264" : "libvpx")
        unsafe context.handle.pointee.width = CInt(settings.width)
        unsafe context.handle.pointee.height = CInt(settings.height)
        unsafe context.handle.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        unsafe context.handle.pointee.time_base = AVRational(num: 1, den: CInt(settings.framesPerSecond))
        unsafe context.handle.pointee.framerate = AVRational(num: CInt(settings.framesPerSecond), den: 1)
        unsafe context.handle.pointee.gop_size = CInt(settings.keyframeInterval)
        unsafe context.handle.pointee.max_b_frames = 0
        unsafe context.handle.pointee.thread_count = 1
        unsafe context.handle.pointee.bit_rate = Int64(settings.bitsPerSecond)
        unsafe context.handle.pointee.rc_max_rate = Int64(settings.bitsPerSecond)
        // Half a second of the rate: a keyframe may borrow that much and no more.
        unsafe context.handle.pointee.rc_buffer_size = CInt(settings.bitsPerSecond / 2)
        if settings.codec == .h264 {
            try context.set("preset", "ultrafast")
            try context.set("tune", "zerolatency")
            try context.set("profile", "baseline")
            try context.set("forced-idr", "1")
        } else {
            unsafe context.handle.pointee.rc_min_rate = Int64(settings.bitsPerSecond)
            try context.set("deadline", "realtime")
            try context.set("cpu-used", "8")
            try context.set("lag-in-frames", "0")
        }
        try context.open()
        return context
    }

    private static func buffer(width: Int, height: Int) throws(CodecError) -> FrameBuffer {
        let frame = try FrameBuffer()
        unsafe frame.handle.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        unsafe frame.handle.pointee.width = CInt(width)
        unsafe frame.handle.pointee.height = CInt(height)
        let status = unsafe av_frame_get_buffer(frame.handle, 0)
        guard status >= 0 else { throw .ffmpeg("hold a picture", status) }
        return frame
    }
}
