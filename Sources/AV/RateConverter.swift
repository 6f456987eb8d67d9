import CFFmpeg

/// Brings mono 16-bit sound of one rate to another, piece after piece.
@safe public struct RateConverter: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handle is only ever with the one thread that holds this value.

    private let outputRate: Int
    private let context: OpaquePointer
    private var scratch: [Int16] = []

    /// A converter between two rates, in samples a second.
    public init(from inputRate: Int, to outputRate: Int) throws(CodecError) {
        var (mono, same) = unsafe (AVChannelLayout(), AVChannelLayout())
        unsafe av_channel_layout_default(&mono, 1)
        unsafe av_channel_layout_default(&same, 1)
        var allocated: OpaquePointer?
        var status = unsafe swr_alloc_set_opts2(
            &allocated, &mono, AV_SAMPLE_FMT_S16, CInt(outputRate), &same, AV_SAMPLE_FMT_S16, CInt(inputRate), 0, nil)
        if status >= 0 { status = unsafe swr_init(allocated) }
        guard status >= 0, let made = unsafe allocated else {
            unsafe swr_free(&allocated)
            throw .ffmpeg("convert sound of \(inputRate) Hz", status)
        }
        unsafe context = made
        self.outputRate = outputRate
    }

    deinit {
        var context: OpaquePointer? = unsafe context
        unsafe swr_free(&context)
    }

    /// How many samples at the output's rate are still inside: by so much the next output precedes the next input.
    var delay: Int { unsafe Int(swr_get_delay(context, Int64(outputRate))) }

    /// Forgets what came so far.
    mutating func reset() {
        unsafe swr_close(context)
        _ = unsafe swr_init(context)
    }

    /// Converts a piece and appends what is ready, each sample `channelCount` times.
    public mutating func convert(_ samples: [Int16], channelCount: Int = 1, into pcm: inout [Int16]) throws(CodecError)
    {
        let context = unsafe context
        let capacity = unsafe Int(swr_get_out_samples(context, CInt(samples.count)))
        if scratch.count < capacity { scratch = [Int16](repeating: 0, count: capacity) }
        let status = unsafe samples.withUnsafeBytes { source in
            unsafe scratch.withUnsafeMutableBytes { target in
                var input = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                var output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe swr_convert(context, &output, CInt(capacity), &input, CInt(samples.count))
            }
        }
        guard status >= 0 else { throw .ffmpeg("convert sound", status) }
        guard channelCount > 1 else {
            pcm.append(contentsOf: scratch[0..<Int(status)])
            return
        }
        for sample in scratch[0..<Int(status)] { pcm.append(contentsOf: repeatElement(sample, count: channelCount)) }
    }
}
