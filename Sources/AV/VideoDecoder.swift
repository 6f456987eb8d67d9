import CFFmpeg
public import Codecs
public import Pattern

/// Decodes the frames of one video track of a call, each to its picture at once.
///
/// It holds nothing back: live tracks have no pictures out of order. Begin with a keyframe.
@safe public struct VideoDecoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// What it decodes.
    public let codec: Codec
    private let context: CodecContext
    private let packet: PacketHolder
    private let frame: FrameBuffer

    /// A decoder of `h264` or `vp8`.
    public init(_ codec: Codec) throws(CodecError) {
        precondition(codec.kind == .video, "sound has its own decoders")
        let context = try CodecContext(decoder: codec == .h264 ? "h264" : "vp8")
        unsafe context.handle.pointee.thread_count = 1
        unsafe context.handle.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        try context.open()
        let packet = try PacketHolder()
        let frame = try FrameBuffer()
        self.codec = codec
        self.context = context
        self.packet = packet
        self.frame = frame
    }

    /// The picture that a frame holds; nothing if it takes a frame that never came, or is not to be shown.
    public mutating func decode(_ encoded: Frame) throws(CodecError) -> Picture? {
        precondition(encoded.codec == codec, "one decoder, one codec")
        try load(codec == .h264 ? H264.byteStream(of: encoded.bytes) : encoded.bytes)
        defer { unsafe av_packet_unref(packet.handle) }
        unsafe try context.send(packet: packet.handle)
        guard unsafe try context.receive(frame: frame.handle) else { return nil }
        return try PictureConversion.picture(of: frame)
    }

    private func load(_ bytes: [UInt8]) throws(CodecError) {
        let status = unsafe av_new_packet(packet.handle, CInt(bytes.count))
        guard status >= 0, let target = unsafe packet.handle.pointee.data else {
            throw .ffmpeg("hold a packet", status)
        }
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe target.update(from: start, count: source.count)
        }
    }
}
