public import Codecs
public import Units

/// Puts the packets of one stream, given in order, together to frames.
///
/// A frame of which anything is missing is dropped and counted, and the next whole one says that it follows a
/// loss. Each `push` may complete frames: take `nextFrame` until it returns nothing, and give a frame's bytes back
/// with `recycle` when they have been used, so that nothing is allocated once the stream has shown its largest frame.
public struct Depacketizer: Sendable {
    /// What became of the packets so far.
    public struct Counts: Equatable, Sendable {
        /// Frames that were handed out.
        public var frames = 0
        /// How many of them were pictures that need no earlier one.
        public var keyframes = 0
        /// Frames that were dropped because part of them is missing.
        public var incompleteFrames = 0
        /// Packets that broke the rules of their payload format.
        public var malformedPackets = 0

        /// Nothing has come yet.
        public init() {}
    }

    private var assembly: FrameAssembly
    private var h264: H264Depacketizer

    /// A depacketiser of H.264, VP8 or Opus; AAC never comes in packets.
    ///
    /// `parameterSets` are those of an H.264 session description, for senders that do not repeat them in the stream
    /// (RFC 6184 §8.1, `sprop-parameter-sets`).
    public init(_ codec: Codec, parameterSets: H264.ParameterSets = H264.ParameterSets()) {
        precondition(codec != .aac, "AAC is made here, never received")
        assembly = FrameAssembly(codec: codec)
        h264 = H264Depacketizer(parameterSets: parameterSets)
    }

    /// The codec whose frames come out.
    public var codec: Codec { assembly.codec }

    /// What became of the packets so far.
    public var counts: Counts { assembly.counts }

    /// Takes the next packet in order; `lostBefore` packets right before it will never come.
    ///
    /// `ticks` is its unwrapped timestamp, the same for all packets of a frame.
    public mutating func push(
        payload: Span<UInt8>, marker: Bool, timestamp ticks: Int64, lostBefore: Int, arrival: Instant
    ) {
        if lostBefore > 0 { assembly.noteLoss() }
        // Padding to probe for bandwidth: it has a sequence number but belongs to no frame.
        guard !payload.isEmpty else { return }
        if assembly.isOpen, ticks != assembly.ticks { finishFrame() }
        assembly.receivePacket(ticks: ticks, arrival: arrival)
        switch codec {
        case .h264: h264.push(payload, into: &assembly)
        case .vp8: VP8Depacketizer.push(payload, into: &assembly)
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac: assembly.append(payload, in: 0..<payload.count)
        }
        // An Opus packet is a frame of its own (RFC 7587 §4.2), and its marker says something else.
        if marker || codec == .opus { finishFrame() }
    }

    /// The next frame that is whole; nothing until more packets come.
    public mutating func nextFrame() -> Frame? { assembly.nextFrame() }

    /// Takes a frame's bytes back, to put another frame together in them.
    ///
    /// No other copy of them may be left, or their storage would be copied.
    public mutating func recycle(_ bytes: consuming [UInt8]) { assembly.recycle(bytes) }

    private mutating func finishFrame() {
        switch codec {
        case .h264: h264.finishFrame(of: &assembly)
        case .vp8: VP8Depacketizer.finishFrame(of: &assembly)
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac: assembly.finish(isKeyframe: true)
        }
    }
}
