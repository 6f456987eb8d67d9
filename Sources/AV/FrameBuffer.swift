import CFFmpeg

/// Owns one `AVFrame`: raw sound or one picture.
@safe struct FrameBuffer: ~Copyable {
    let handle: UnsafeMutablePointer<AVFrame>

    init() throws(CodecError) {
        guard let made = unsafe av_frame_alloc() else { throw .ffmpeg("hold a frame", lathe_error_memory) }
        unsafe handle = made
    }

    deinit {
        var handle: UnsafeMutablePointer<AVFrame>? = unsafe handle
        unsafe av_frame_free(&handle)
    }
}

/// Owns one `AVPacket`: encoded bytes and their times.
@safe struct PacketHolder: ~Copyable {
    let handle: UnsafeMutablePointer<AVPacket>

    init() throws(CodecError) {
        guard let made = unsafe av_packet_alloc() else { throw .ffmpeg("hold a packet", lathe_error_memory) }
        unsafe handle = made
    }

    deinit {
        var handle: UnsafeMutablePointer<AVPacket>? = unsafe handle
        unsafe av_packet_free(&handle)
    }

    /// The packet's bytes, copied out.
    var bytes: [UInt8] {
        guard let data = unsafe handle.pointee.data else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: data, count: Int(handle.pointee.size)))
    }

    var isKeyframe: Bool { unsafe handle.pointee.flags & AV_PKT_FLAG_KEY != 0 }
}
