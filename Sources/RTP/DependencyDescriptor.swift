/// What a packet says of its frame and the frames that it needs (RTP Payload Format For AV1, appendix A).
///
/// A frame is one spatial layer of a picture. Receivers that leave frames out, or lose them, tell by this which others
/// can still be decoded, whatever the codec.
public struct DependencyDescriptor: Equatable, Sendable {
    /// Whether the packet is the first of its frame.
    public var startsFrame: Bool
    /// Whether the packet is the last of its frame.
    public var endsFrame: Bool
    /// Counts the frames of the stream, modulo 2¹⁶.
    public var frameNumber: UInt16
    /// Whether the packet brings the structure that those behind it build on, as the first of a keyframe does.
    public var hasStructure = false
    public var spatialLayer = 0
    public var temporalLayer = 0
    /// How many frames back those lie that the frame refers to; the first `differenceCount` count.
    public var differences = SIMD8<UInt16>()
    /// How many frames it refers to.
    public var differenceCount = 0
    /// For each chain how many frames back the last frame in it lies; the first `chainCount` count.
    public var chainDifferences = SIMD32<UInt8>()
    /// How many chains there are.
    public var chainCount = 0
    /// How many decode targets there are.
    public var targetCount = 0
    /// A bit for each decode target that is being sent, if the packet tells.
    public var activeTargets: UInt32?
    /// The largest size at which the spatial layer is to be shown, if the structure tells.
    public var width: Int?
    public var height: Int?

    /// What the frame is to each decode target, two bits for each.
    var indications: UInt64 = 0

    /// What a frame is to a decode target (appendix A.8.2).
    public enum Indication: UInt8, Sendable {
        /// It has nothing to do with it.
        case notPresent = 0
        /// No later frame of it refers to this one.
        case discardable = 1
        /// Behind it, all frames of it can be decoded if this one can.
        case switching = 2
        case required = 3
    }

    /// What the frame is to one of the `targetCount` decode targets.
    public func indication(of target: Int) -> Indication {
        precondition(target < targetCount, "there are `targetCount` of them")
        return Indication(rawValue: UInt8(indications >> UInt64(2 * target) & 3)) ?? .required
    }

    /// More references than any decoder of ours keeps pictures are refused.
    public static let maximumDifferenceCount = 8
}
