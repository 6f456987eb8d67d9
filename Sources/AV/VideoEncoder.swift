import CFFmpeg
public import Codecs
public import Pattern
public import Units

/// Encodes pictures for a call, on the calling thread only: each at once, unless pictures out of order are asked for.
@safe public struct VideoEncoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// How a stream is to be encoded.
    public struct Settings: Equatable, Sendable {
        /// Any codec of pictures.
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
        /// How many B-pictures follow each other at most; none at first, and none for other codecs than H.264 and H.265.
        ///
        /// So many pictures, or one more, are held back before the first frame comes out.
        public var reorderedPictureCount = 0

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

    /// What is known of a picture that went in and has not come out.
    private struct Waiting {
        var number: Int64
        var ticks: Int64
        var arrival: Instant
    }

    /// Pictures this far behind the newest were skipped and never come out: no encoder here holds as many back.
    private static let longestWait: Int64 = 32

    /// What it was made with.
    public let settings: Settings
    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private var pictureCount: Int64 = 0
    private var waiting: [Waiting] = []
    private var isDraining = false

    /// An encoder with these settings.
    public init(_ settings: Settings) throws(CodecError) {
        precondition(settings.codec.kind == .video, "pictures need a video codec")
        self.settings = settings
        let context = try CodecContext.encoder(settings)
        let frame = try Self.buffer(width: settings.width, height: settings.height)
        let packet = try PacketHolder()
        self.context = context
        self.frame = frame
        self.packet = packet
    }

    /// Encodes one picture, which gets the ticks given, and returns the next frame in order of decoding.
    ///
    /// That is this picture's unless B-pictures are made. Nothing comes out if the encoder chose to skip the picture,
    /// or holds it back.
    public mutating func encode(
        _ picture: Picture, ticks: Int64, forcingKeyframe: Bool = false, arrival: Instant = Instant(nanoseconds: 0)
    ) throws(CodecError) -> Frame? {
        precondition(picture.width == settings.width && picture.height == settings.height, "the size was agreed")
        precondition(!isDraining, "nothing follows the end")
        try load(picture)
        // The encoder counts pictures, not ticks: its rate control expects the steady rate it was promised.
        unsafe frame.handle.pointee.pts = pictureCount
        unsafe frame.handle.pointee.pict_type = forcingKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        waiting.append(Waiting(number: pictureCount, ticks: ticks, arrival: arrival))
        pictureCount += 1
        unsafe try context.send(frame: frame.handle)
        return try takeFrame()
    }

    /// Ends the stream, and returns the next of the frames that were held back.
    public mutating func drain() throws(CodecError) -> Frame? {
        if !isDraining {
            isDraining = true
            unsafe try context.send(frame: nil)
        }
        return try takeFrame()
    }

    private mutating func takeFrame() throws(CodecError) -> Frame? {
        guard unsafe try context.receive(packet: packet.handle) else { return nil }
        defer { unsafe av_packet_unref(packet.handle) }
        let number = unsafe packet.handle.pointee.pts
        guard let place = waiting.firstIndex(where: { $0.number == number }) else {
            throw CodecError("encode a picture", reason: "the encoder gave one that it was not given")
        }
        let picture = waiting.remove(at: place)
        waiting.removeAll { $0.number < number - Self.longestWait }
        return Frame(
            codec: settings.codec, ticks: picture.ticks, isKeyframe: packet.isKeyframe,
            bytes: FrameLayout.frame(ofPacket: packet.bytes, settings.codec), arrival: picture.arrival)
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
