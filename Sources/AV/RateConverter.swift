import CFFmpeg

/// Brings 16-bit sound of one rate to another, piece after piece.
@safe public struct RateConverter: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handle is only ever with the one thread that holds this value.

    private let outputRate: Int
    private let inputChannelCount: Int
    private let context: OpaquePointer
    private var scratch: [Int16] = []

    /// A converter between two rates, in samples a second; more channels than one are interleaved.
    public init(from inputRate: Int, to outputRate: Int, channelCount: Int = 1) throws(CodecError) {
        var (layout, same) = unsafe (AVChannelLayout(), AVChannelLayout())
        unsafe av_channel_layout_default(&layout, CInt(channelCount))
        unsafe av_channel_layout_default(&same, CInt(channelCount))
        var allocated: OpaquePointer?
        var status = unsafe swr_alloc_set_opts2(
            &allocated, &layout, AV_SAMPLE_FMT_S16, CInt(outputRate), &same, AV_SAMPLE_FMT_S16, CInt(inputRate), 0, nil)
        if status >= 0 { status = unsafe swr_init(allocated) }
        guard status >= 0, let made = unsafe allocated else {
            unsafe swr_free(&allocated)
            throw .ffmpeg("convert sound of \(inputRate) Hz", status)
        }
        unsafe context = made
        self.outputRate = outputRate
        inputChannelCount = channelCount
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

    /// Converts a piece and appends what is ready; of a single channel, each sample `channelCount` times.
    public mutating func convert(_ samples: [Int16], channelCount: Int = 1, into pcm: inout [Int16]) throws(CodecError)
    {
        precondition(channelCount == 1 || inputChannelCount == 1, "only one channel can become several")
        let inputCount = samples.count / inputChannelCount
        let status = unsafe samples.withUnsafeBytes { source in
            var input = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe convert(&input, inputCount)
        }
        let count = try outputCount(status)
        guard channelCount > 1 else {
            pcm.append(contentsOf: scratch[0..<count])
            return
        }
        for sample in scratch[0..<count] { pcm.append(contentsOf: repeatElement(sample, count: channelCount)) }
    }

    /// Appends what is still inside; nothing follows it.
    mutating func flush(into pcm: inout [Int16]) throws(CodecError) {
        let count = try outputCount(unsafe convert(nil, 0))
        pcm.append(contentsOf: scratch[0..<count])
    }

    /// How many samples of all channels came out.
    private func outputCount(_ status: CInt) throws(CodecError) -> Int {
        guard status >= 0 else { throw .ffmpeg("convert sound", status) }
        return Int(status) * inputChannelCount
    }

    /// Converts so many samples of each channel into `scratch`; returns what FFmpeg says.
    private mutating func convert(
        _ input: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ inputCount: Int
    ) -> CInt {
        let context = unsafe context
        let capacity = unsafe Int(swr_get_out_samples(context, CInt(inputCount)))
        let room = capacity * inputChannelCount
        if scratch.count < room { scratch = [Int16](repeating: 0, count: room) }
        return unsafe scratch.withUnsafeMutableBytes { target in
            var output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe swr_convert(context, &output, CInt(capacity), input, CInt(inputCount))
        }
    }
}
