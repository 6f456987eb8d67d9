public import Codecs
public import Units

/// Puts the packets of one stream, given in order, together to frames.
///
/// A frame of which anything is missing is dropped and counted, unless what is left of it are whole spatial layers; those
/// that refer to a missing one say so. Each `push` may complete frames: take `nextFrame` until it returns nothing, and
/// give a frame's bytes back with `recycle` when they have been used, so that nothing is allocated once the stream has
/// shown its largest frame.
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

    /// Whether only a keyframe brings back what was lost: all of the picture, or some of its layers.
    public private(set) var needsKeyframe = false

    private var assembly: FrameAssembly
    private var h264: H264Depacketizer
    private var h265: H265Depacketizer
    private var vp8 = VP8Depacketizer()
    private var vp9 = VP9Depacketizer()
    private var av1 = AV1Depacketizer()
    private var dependencies = DependencyTracker()

    /// A depacketiser of any codec but AAC, which never comes in packets.
    ///
    /// The parameter sets are those of a session description, for senders that do not repeat them in the stream (RFC
    /// 6184 §8.1, `sprop-parameter-sets`; RFC 7798 §7.1, `sprop-vps` and the others).
    public init(
        _ codec: Codec, parameterSets: H264.ParameterSets = H264.ParameterSets(),
        h265ParameterSets: H265.ParameterSets = H265.ParameterSets()
    ) {
        precondition(codec.isCarried, "AAC and MP3 are made here, never received")
        assembly = FrameAssembly(codec: codec)
        h264 = H264Depacketizer(parameterSets: parameterSets)
        h265 = H265Depacketizer(parameterSets: h265ParameterSets)
    }

    /// The codec whose frames come out.
    public var codec: Codec { assembly.codec }

    /// What became of the packets so far.
    public var counts: Counts { assembly.counts }

    /// Takes the next packet in order; `lostBefore` packets right before it will never come.
    ///
    /// `ticks` is its unwrapped timestamp, the same for all packets of a frame. `isRepaired` says that it was sent
    /// again or made from redundancy, `dependencies` what its dependency descriptor tells, if it has one.
    public mutating func push(
        payload: Span<UInt8>, marker: Bool, timestamp ticks: Int64, lostBefore: Int, arrival: Instant,
        isRepaired: Bool = false, dependencies: FrameDependencies? = nil
    ) {
        if lostBefore > 0 { assembly.noteLoss(of: lostBefore) }
        // Padding to probe for bandwidth: it has a sequence number but belongs to no frame.
        guard !payload.isEmpty else { return }
        if assembly.isOpen, ticks != assembly.ticks { finishFrame() }
        assembly.receivePacket(ticks: ticks, arrival: arrival, isRepaired: isRepaired, dependencies: dependencies)
        switch codec {
        case .h264: h264.push(payload, into: &assembly)
        case .h265: h265.push(payload, into: &assembly)
        case .vp8: vp8.push(payload, into: &assembly)
        case .vp9: vp9.push(payload, dependencies: dependencies, into: &assembly)
        case .av1: av1.push(payload, dependencies: dependencies, into: &assembly)
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3: assembly.append(payload, in: 0..<payload.count)
        }
        // A packet of sound is a frame of its own (RFC 7587 §4.2), and its marker says something else.
        if marker || codec.kind == .audio { finishFrame() }
    }

    /// The next frame that is whole; nothing until more packets come.
    public mutating func nextFrame() -> Frame? { assembly.nextFrame() }

    /// Takes a frame's bytes back, to put another frame together in them.
    ///
    /// No other copy of them may be left, or their storage would be copied.
    public mutating func recycle(_ bytes: consuming [UInt8]) { assembly.recycle(bytes) }

    private mutating func finishFrame() {
        let handedOut = assembly.counts.frames
        let isComplete =
            switch codec {
            case .h264: finishPicture { $0.h264.finishFrame(of: &$0.assembly, isProvenClean: $1) }
            case .h265: finishPicture { $0.h265.finishFrame(of: &$0.assembly, isProvenClean: $1) }
            case .vp8: finishPicture { $0.vp8.finishFrame(of: &$0.assembly, isProvenClean: $1) }
            case .vp9: vp9.finishFrame(of: &assembly, &dependencies) && !vp9.lacksLayers
            case .av1: av1.finishFrame(of: &assembly, &dependencies) && !av1.lacksLayers
            case .opus, .pcmu, .pcma, .g722, .aac, .mp3: finishSound()
            }
        // What a frame that was dropped takes along shows in the next one.
        if assembly.counts.frames > handedOut { needsKeyframe = !isComplete }
    }

    /// Ends a picture of a codec without spatial layers, and says whether it was handed out clean.
    private mutating func finishPicture(_ finish: (inout Depacketizer, Bool) -> Bool) -> Bool {
        let told = assembly.dependencies
        let isProven = told.map { dependencies.areReferencesClean(of: $0) } ?? false
        let isClean = finish(&self, isProven)
        if isClean, let told { dependencies.noteClean(told) }
        return isClean
    }

    /// Ends a packet of sound: it refers to nothing, and tells of a loss before it all the same.
    private mutating func finishSound() -> Bool {
        assembly.finish(isKeyframe: true, isBroken: assembly.followsLoss)
        return true
    }
}
