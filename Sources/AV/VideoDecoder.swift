import CFFmpeg
public import Codecs
public import Pattern

/// Decodes the frames of one video track of a call, each to its picture at once.
///
/// It holds nothing back: live tracks seldom have pictures out of order, and those come out as they are decoded.
/// Begin with a keyframe.
@safe public struct VideoDecoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// What it decodes.
    public let codec: Codec
    private let context: CodecContext
    private let packet: PacketHolder
    /// The last picture decoded.
    private let frame: FrameBuffer
    private let next: FrameBuffer

    /// A decoder of any codec of pictures.
    public init(_ codec: Codec) throws(CodecError) {
        precondition(codec.kind == .video, "sound has its own decoders")
        let context = try CodecContext(decoder: Self.decoderName(codec))
        unsafe context.handle.pointee.thread_count = 1
        unsafe context.handle.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        try context.open()
        let packet = try PacketHolder()
        let frame = try FrameBuffer()
        let next = try FrameBuffer()
        self.codec = codec
        self.context = context
        self.packet = packet
        self.frame = frame
        self.next = next
    }

    private static func decoderName(_ codec: Codec) -> String {
        switch codec {
        case .h265: "hevc"
        case .av1: "libdav1d"
        case .h264, .vp8, .vp9, .opus, .pcmu, .pcma, .g722, .aac, .mp3: codec.rawValue
        }
    }

    /// The picture that a frame holds; nothing if it takes a frame that never came, or is not to be shown.
    ///
    /// Of several pictures of one moment, as spatial layers are, it is the last one, the largest.
    public mutating func decode(_ encoded: Frame) throws(CodecError) -> Picture? {
        precondition(encoded.codec == codec, "one decoder, one codec")
        try load(FrameLayout.packet(of: encoded))
        defer { unsafe av_packet_unref(packet.handle) }
        unsafe try context.send(packet: packet.handle)
        var hasPicture = false
        while unsafe try context.receive(frame: next.handle) {
            unsafe av_frame_unref(frame.handle)
            unsafe av_frame_move_ref(frame.handle, next.handle)
            hasPicture = true
        }
        return hasPicture ? try PictureConversion.picture(of: frame) : nil
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
