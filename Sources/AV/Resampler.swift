import CFFmpeg

/// Brings decoded sound to 48 kHz, interleaved 16-bit, with the channels asked for.
@safe final class Resampler {
    private static let outputRate: CInt = 48_000

    private let context: OpaquePointer
    private let channelCount: Int
    private let inputRate: CInt
    private let inputFormat: CInt
    private let inputChannelCount: CInt

    /// A resampler for frames like this one.
    init(for frame: borrowing FrameBuffer, channelCount: Int) throws(CodecError) {
        var output = unsafe AVChannelLayout()
        unsafe av_channel_layout_default(&output, CInt(channelCount))
        var allocated: OpaquePointer?
        let raw = unsafe frame.handle
        let rate = unsafe raw.pointee.sample_rate
        let format = unsafe raw.pointee.format
        var status = unsafe swr_alloc_set_opts2(
            &allocated, &output, AV_SAMPLE_FMT_S16, Self.outputRate, &raw.pointee.ch_layout,
            AVSampleFormat(rawValue: format), rate, 0, nil)
        if status >= 0 { status = unsafe swr_init(allocated) }
        guard status >= 0, let made = unsafe allocated else {
            unsafe swr_free(&allocated)
            throw .ffmpeg("convert sound of \(rate) Hz", status)
        }
        unsafe context = made
        self.channelCount = channelCount
        inputRate = rate
        inputFormat = format
        inputChannelCount = unsafe raw.pointee.ch_layout.nb_channels
    }

    deinit {
        var context: OpaquePointer? = unsafe context
        unsafe swr_free(&context)
    }

    /// Whether a frame is like the one this was made for.
    func fits(_ frame: borrowing FrameBuffer) -> Bool {
        unsafe frame.handle.pointee.sample_rate == inputRate && frame.handle.pointee.format == inputFormat
            && frame.handle.pointee.ch_layout.nb_channels == inputChannelCount
    }

    /// The frame's samples, and by how much the first of them precedes the frame.
    func convert(_ frame: borrowing FrameBuffer) throws(CodecError) -> (delay: Duration, samples: [Int16]) {
        let delay = unsafe swr_get_delay(context, 1_000_000_000)
        let count = unsafe frame.handle.pointee.nb_samples
        let capacity = unsafe Int(swr_get_out_samples(context, count))
        let (context, channelCount) = unsafe (context, channelCount)
        var status: CInt = 0
        let samples = unsafe [Int16](unsafeUninitializedCapacity: capacity * channelCount) { buffer, filled in
            status = unsafe buffer.withMemoryRebound(to: UInt8.self) { bytes in
                var target: UnsafeMutablePointer<UInt8>? = bytes.baseAddress
                let source = unsafe UnsafeMutableRawPointer(frame.handle.pointee.extended_data)?
                    .assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
                return unsafe swr_convert(context, &target, CInt(capacity), source, count)
            }
            filled = Int(max(status, 0)) * channelCount
        }
        guard status >= 0 else { throw .ffmpeg("convert sound", status) }
        return (.nanoseconds(delay), samples)
    }
}
