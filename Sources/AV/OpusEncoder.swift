import COpus

/// Encodes 48 kHz sound to Opus packets.
@safe public struct OpusEncoder: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handle is only ever with the one thread that holds this value.

    /// How a stream is to be encoded.
    public struct Settings: Equatable, Sendable {
        /// One or two.
        public var channelCount: Int
        /// The rate to aim at.
        public var bitsPerSecond: Int
        /// Whether each packet carries a coarse copy of the one before, for receivers that lost it.
        public var hasForwardCorrection = false
        /// The loss to prepare for; forward correction does nothing at zero.
        public var expectedLossPercent = 0
        /// 0, cheapest, to 10, best.
        public var complexity = 5
        /// Whether silence becomes packets of one or two bytes (RFC 7587 §3.1.3).
        ///
        /// All but the first of those in a row need not be sent.
        public var hasPauses = false
        /// Whether the sound is speech rather than anything.
        public var isVoice = false

        /// Settings for anything that sounds, with no loss to prepare for.
        public init(channelCount: Int, bitsPerSecond: Int = 64_000) {
            self.channelCount = channelCount
            self.bitsPerSecond = bitsPerSecond
        }
    }

    /// The usual length of a packet: 20 ms, in samples of one channel.
    public static let samplesPerPacket = 960
    /// The largest packet that Opus produces for one frame (RFC 6716 §3.2.1), with room for its framing.
    private static let packetCapacity = 1500

    /// What it was made with.
    public let settings: Settings

    /// By how many samples what a decoder gives lags behind what was encoded.
    ///
    /// A container calls this the pre-skip (RFC 7845 §5.1).
    public let lookahead: Int
    private let handle: OpaquePointer

    /// An encoder with these settings.
    public init(_ settings: Settings) throws(CodecError) {
        precondition((1...2).contains(settings.channelCount), "Opus streams of a call are mono or stereo")
        var status: CInt = 0
        let application = settings.isVoice ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO
        let made = unsafe opus_encoder_create(48_000, CInt(settings.channelCount), application, &status)
        guard let made = unsafe made, status == OPUS_OK else { throw .opus("open the Opus encoder", status) }
        status = unsafe Self.apply(settings, to: made)
        guard status == OPUS_OK else {
            unsafe opus_encoder_destroy(made)
            throw .opus("set up the Opus encoder", status)
        }
        var delay: Int32 = 0
        _ = unsafe lathe_opus_encoder_get(made, OPUS_GET_LOOKAHEAD_REQUEST, &delay)
        unsafe handle = made
        self.settings = settings
        lookahead = Int(delay)
    }

    private static func apply(_ settings: Settings, to encoder: OpaquePointer) -> CInt {
        let requests = [
            (OPUS_SET_BITRATE_REQUEST, settings.bitsPerSecond), (OPUS_SET_COMPLEXITY_REQUEST, settings.complexity),
            (OPUS_SET_INBAND_FEC_REQUEST, settings.hasForwardCorrection ? 1 : 0),
            (OPUS_SET_PACKET_LOSS_PERC_REQUEST, settings.expectedLossPercent),
            (OPUS_SET_DTX_REQUEST, settings.hasPauses ? 1 : 0),
        ]
        for (request, value) in requests {
            let status = unsafe lathe_opus_encoder_set(encoder, request, Int32(value))
            guard status == OPUS_OK else { return status }
        }
        return OPUS_OK
    }

    deinit { unsafe opus_encoder_destroy(handle) }

    /// Encodes interleaved samples, 2.5, 5, 10, 20, 40 or 60 ms of them, to one packet.
    public mutating func encode(_ pcm: [Int16]) throws(CodecError) -> [UInt8] {
        let (handle, frameSize) = unsafe (handle, CInt(pcm.count / settings.channelCount))
        var status: CInt = 0
        let packet = unsafe [UInt8](unsafeUninitializedCapacity: Self.packetCapacity) { bytes, count in
            status = unsafe pcm.withUnsafeBufferPointer { samples in
                guard let start = samples.baseAddress, let target = bytes.baseAddress else { return OPUS_BAD_ARG }
                return unsafe opus_encode(handle, start, frameSize, target, Int32(bytes.count))
            }
            count = Int(max(status, 0))
        }
        guard status >= 0 else { throw .opus("encode Opus", status) }
        return packet
    }
}
