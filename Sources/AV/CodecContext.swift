import CFFmpeg

/// Owns one `AVCodecContext`, an encoder's or a decoder's.
@safe final class CodecContext {
    let handle: UnsafeMutablePointer<AVCodecContext>
    private let name: String

    /// An encoder that is not yet open, found by FFmpeg's name for it.
    init(encoder name: String) throws(CodecError) {
        Quiet.once()
        let codec = unsafe avcodec_find_encoder_by_name(name)
        guard let codec = unsafe codec, let made = unsafe avcodec_alloc_context3(codec) else {
            throw CodecError("open the \(name) encoder", reason: "this FFmpeg was built without it")
        }
        unsafe handle = made
        self.name = name
    }

    /// A decoder that is not yet open, found by FFmpeg's name for it.
    init(decoder name: String) throws(CodecError) {
        Quiet.once()
        let codec = unsafe avcodec_find_decoder_by_name(name)
        guard let codec = unsafe codec, let made = unsafe avcodec_alloc_context3(codec) else {
            throw CodecError("open the \(name) decoder", reason: "this FFmpeg was built without it")
        }
        unsafe handle = made
        self.name = name
    }

    /// A decoder that is not yet open, for a stream of a file.
    static func decoder(for parameters: UnsafePointer<AVCodecParameters>) throws(CodecError) -> CodecContext {
        let name = unsafe String(cString: avcodec_get_name(parameters.pointee.codec_id))
        guard let codec = unsafe avcodec_find_decoder(parameters.pointee.codec_id),
            let made = unsafe avcodec_alloc_context3(codec)
        else { throw CodecError("open the \(name) decoder", reason: "this FFmpeg was built without it") }
        let context = unsafe CodecContext(owning: made, name: name)
        let status = unsafe avcodec_parameters_to_context(made, parameters)
        guard status >= 0 else { throw .ffmpeg("open the \(name) decoder", status) }
        return context
    }

    private init(owning handle: UnsafeMutablePointer<AVCodecContext>, name: String) {
        unsafe self.handle = handle
        self.name = name
    }

    deinit {
        var handle: UnsafeMutablePointer<AVCodecContext>? = unsafe handle
        unsafe avcodec_free_context(&handle)
    }

    /// Sets an option of the codec's own.
    func set(_ option: String, _ value: String) throws(CodecError) {
        let status = unsafe av_opt_set(handle.pointee.priv_data, option, value, 0)
        guard status >= 0 else { throw .ffmpeg("set \(option)=\(value) on \(name)", status) }
    }

    /// Opens the codec: settings are final from here on.
    func open() throws(CodecError) {
        let status = unsafe avcodec_open2(handle, nil, nil)
        guard status >= 0 else { throw .ffmpeg("open \(name)", status) }
    }

    /// Hands an encoder one frame, or nothing to say that no more will come.
    func send(frame: UnsafePointer<AVFrame>?) throws(CodecError) {
        let status = unsafe avcodec_send_frame(handle, frame)
        guard status >= 0 else { throw .ffmpeg("encode with \(name)", status) }
    }

    /// Hands a decoder one packet, or nothing to say that no more will come.
    func send(packet: UnsafePointer<AVPacket>?) throws(CodecError) {
        let status = unsafe avcodec_send_packet(handle, packet)
        guard status >= 0 else { throw .ffmpeg("decode with \(name)", status) }
    }

    /// Takes an encoder's next packet; false when it wants more frames, or has ended.
    func receive(packet: UnsafeMutablePointer<AVPacket>) throws(CodecError) -> Bool {
        try came(unsafe avcodec_receive_packet(handle, packet), "encode with \(name)")
    }

    /// Takes a decoder's next frame; false when it wants more packets, or has ended.
    func receive(frame: UnsafeMutablePointer<AVFrame>) throws(CodecError) -> Bool {
        try came(unsafe avcodec_receive_frame(handle, frame), "decode with \(name)")
    }

    private func came(_ status: CInt, _ operation: String) throws(CodecError) -> Bool {
        if status == lathe_error_again || status == lathe_error_end { return false }
        guard status >= 0 else { throw .ffmpeg(operation, status) }
        return true
    }
}
