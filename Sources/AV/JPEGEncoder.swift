import CFFmpeg
public import Pattern

/// Encodes single pictures of one size as JPEG files.
@safe public struct JPEGEncoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// FFmpeg's scale from 2, the best, to 31; at 4 nobody sees a difference, and a file is a third of that at 2.
    private static let quality: CInt = 4

    /// The pictures' size in pixels.
    public let width: Int
    /// The pictures' size in pixels.
    public let height: Int
    private let context: CodecContext
    private let frame: FrameBuffer
    private let packet: PacketHolder
    private var count: Int64 = 0

    /// An encoder for pictures of this size.
    public init(width: Int, height: Int) throws(CodecError) {
        let context = try CodecContext(encoder: "mjpeg")
        let raw = unsafe context.handle
        unsafe (raw.pointee.width, raw.pointee.height) = (CInt(width), CInt(height))
        unsafe raw.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        unsafe raw.pointee.time_base = AVRational(num: 1, den: 1)
        unsafe raw.pointee.thread_count = 1
        unsafe raw.pointee.flags |= AV_CODEC_FLAG_QSCALE
        unsafe raw.pointee.global_quality = Self.quality * FF_QP2LAMBDA
        try context.open()
        let frame = try FrameBuffer()
        unsafe frame.handle.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        unsafe (frame.handle.pointee.width, frame.handle.pointee.height) = (CInt(width), CInt(height))
        let status = unsafe av_frame_get_buffer(frame.handle, 0)
        guard status >= 0 else { throw .ffmpeg("hold a picture", status) }
        let packet = try PacketHolder()
        (self.width, self.height) = (width, height)
        self.context = context
        self.frame = frame
        self.packet = packet
    }

    /// The picture as a whole JPEG file.
    public mutating func encode(_ picture: Picture) throws(CodecError) -> [UInt8] {
        precondition(picture.width == width && picture.height == height, "the size was agreed")
        try load(picture)
        unsafe frame.handle.pointee.pts = count
        unsafe frame.handle.pointee.quality = Self.quality * FF_QP2LAMBDA
        count += 1
        unsafe try context.send(frame: frame.handle)
        guard unsafe try context.receive(packet: packet.handle) else {
            throw CodecError("encode a JPEG", reason: "the encoder held it back")
        }
        defer { unsafe av_packet_unref(packet.handle) }
        return packet.bytes
    }

    /// Brings the picture from video range to the full range that JPEG files have (JFIF 1.02, page 3).
    private func load(_ picture: Picture) throws(CodecError) {
        var status = unsafe av_frame_make_writable(frame.handle)
        guard status >= 0 else { throw .ffmpeg("hold a picture", status) }
        let (columns, rows) = (CInt(width), CInt(height))
        let scaler = unsafe sws_getContext(
            columns, rows, AV_PIX_FMT_YUV420P, columns, rows, AV_PIX_FMT_YUVJ420P, SWS_POINT, nil, nil, nil)
        guard let scaler = unsafe scaler else { throw CodecError("encode a JPEG", reason: "no picture can be scaled") }
        defer { unsafe sws_freeContext(scaler) }
        let (raw, chroma) = unsafe (frame.handle, CInt(picture.chromaWidth))
        status = unsafe picture.luma.withUnsafeBufferPointer { luma in
            unsafe picture.blue.withUnsafeBufferPointer { blue in
                unsafe picture.red.withUnsafeBufferPointer { red in
                    let planes = unsafe [luma.baseAddress, blue.baseAddress, red.baseAddress, nil]
                    let targets = unsafe [raw.pointee.data.0, raw.pointee.data.1, raw.pointee.data.2, nil]
                    return unsafe sws_scale(
                        scaler, planes, [columns, chroma, chroma, 0], 0, rows, targets, &raw.pointee.linesize.0)
                }
            }
        }
        guard status >= 0 else { throw .ffmpeg("encode a JPEG", status) }
    }
}
