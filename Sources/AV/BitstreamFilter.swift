import CFFmpeg

/// Rewrites the packets of one stream, as H.264 from how MP4 stores it to how a call sends it.
@safe final class BitstreamFilter {
    private let context: UnsafeMutablePointer<AVBSFContext>
    private let packet: PacketHolder

    init(_ name: String, _ parameters: UnsafePointer<AVCodecParameters>) throws(CodecError) {
        let packet = try PacketHolder()
        var allocated: UnsafeMutablePointer<AVBSFContext>?
        guard let filter = unsafe av_bsf_get_by_name(name), unsafe av_bsf_alloc(filter, &allocated) >= 0,
            let made = unsafe allocated
        else { throw CodecError("rewrite a stream by \(name)", reason: "this FFmpeg was built without it") }
        unsafe context = made
        self.packet = packet
        var status = unsafe avcodec_parameters_copy(made.pointee.par_in, parameters)
        if status >= 0 { status = unsafe av_bsf_init(made) }
        guard status >= 0 else { throw .ffmpeg("rewrite a stream by \(name)", status) }
    }

    deinit {
        var context: UnsafeMutablePointer<AVBSFContext>? = unsafe context
        unsafe av_bsf_free(&context)
    }

    /// The bytes of a packet after rewriting; the packet keeps its own.
    func filter(_ source: borrowing PacketHolder) throws(CodecError) -> [UInt8] {
        var status = unsafe av_packet_ref(packet.handle, source.handle)
        if status >= 0 { status = unsafe av_bsf_send_packet(context, packet.handle) }
        guard status >= 0 else {
            unsafe av_packet_unref(packet.handle)
            throw .ffmpeg("rewrite a packet", status)
        }
        var bytes: [UInt8] = []
        while unsafe av_bsf_receive_packet(context, packet.handle) >= 0 {
            bytes += packet.bytes
            unsafe av_packet_unref(packet.handle)
        }
        return bytes
    }
}
