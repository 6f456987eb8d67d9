import COpus

/// Decodes one Opus stream to 48 kHz, with concealment of what was lost.
///
/// Samples are interleaved. Every call appends to the array it is given, so that one array serves for
/// life. libopus itself converts between mono and stereo: the channel count is the listener's choice,
/// not the stream's.
@safe public struct OpusDecoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handle is only ever with the one thread that holds this value.

    /// The rate of everything decoded.
    public static let sampleRate = 48_000
    /// The longest packet there is: 120 ms (RFC 6716 §3.2.5), in samples of one channel.
    public static let longestPacket = 5760

    /// One or two.
    public let channelCount: Int
    private let handle: OpaquePointer
    private var scratch: [Int16]

    /// A decoder that gives `channelCount` channels, one or two.
    public init(channelCount: Int) throws(CodecError) {
        precondition((1...2).contains(channelCount), "Opus streams of a call are mono or stereo")
        var status: CInt = 0
        let made = unsafe opus_decoder_create(Int32(Self.sampleRate), CInt(channelCount), &status)
        guard let made = unsafe made, status == OPUS_OK else { throw .opus("open the Opus decoder", status) }
        unsafe handle = made
        self.channelCount = channelCount
        scratch = [Int16](repeating: 0, count: Self.longestPacket * channelCount)
    }

    deinit { unsafe opus_decoder_destroy(handle) }

    /// Decodes a packet and appends its samples.
    ///
    /// Returns how many samples of each channel that were. A packet that is refused appends nothing.
    @discardableResult
    public mutating func decode(_ packet: [UInt8], into pcm: inout [Int16]) throws(CodecError) -> Int {
        // An empty packet would mean "conceal" to libopus; RFC 6716 §3.4 [R1] forbids it.
        guard !packet.isEmpty else { throw CodecError("decode Opus", reason: "the packet is empty") }
        return try run(packet, sampleCount: Self.longestPacket, forwardCorrection: false, into: &pcm)
    }

    /// Makes up `sampleCount` samples of each channel for packets that never came.
    ///
    /// The count is a multiple of 120 (2.5 ms) and at most `longestPacket`.
    public mutating func conceal(_ sampleCount: Int, into pcm: inout [Int16]) throws(CodecError) {
        precondition(sampleCount % 120 == 0 && sampleCount <= Self.longestPacket, "Opus counts in 2.5 ms")
        try run([], sampleCount: sampleCount, forwardCorrection: false, into: &pcm)
    }

    /// Recovers the lost packet before `next` from the copy that `next` may carry of it (RFC 6716 §2.1.7).
    ///
    /// Without such a copy it is concealed. `sampleCount` is the lost packet's, with `conceal`'s limits.
    /// `next` itself still has to be decoded afterwards.
    public mutating func recover(
        _ sampleCount: Int, before next: [UInt8], into pcm: inout [Int16]
    ) throws(CodecError) {
        precondition(sampleCount % 120 == 0 && sampleCount <= Self.longestPacket, "Opus counts in 2.5 ms")
        try run(next, sampleCount: sampleCount, forwardCorrection: true, into: &pcm)
    }

    /// Forgets the stream so far, as if newly made.
    public mutating func reset() { _ = unsafe lathe_opus_decoder_reset(handle) }

    @discardableResult
    private mutating func run(
        _ packet: [UInt8], sampleCount: Int, forwardCorrection: Bool, into pcm: inout [Int16]
    ) throws(CodecError) -> Int {
        let handle = unsafe handle
        let decoded = unsafe packet.withUnsafeBufferPointer { bytes in
            unsafe scratch.withUnsafeMutableBufferPointer { samples in
                guard let start = samples.baseAddress else { return CInt(OPUS_INVALID_STATE) }
                return unsafe opus_decode(
                    handle, bytes.isEmpty ? nil : bytes.baseAddress, Int32(bytes.count), start, CInt(sampleCount),
                    forwardCorrection ? 1 : 0)
            }
        }
        guard decoded >= 0 else { throw .opus("decode Opus", decoded) }
        pcm.append(contentsOf: scratch[0..<Int(decoded) * channelCount])
        return Int(decoded)
    }
}
