/// What a sender says outside the payload of which earlier frames a frame needs.
///
/// The dependency descriptor says it (AV1 RTP payload format, appendix A). Here a frame is what it is there: one spatial
/// layer of a picture.
public struct FrameDependencies: Equatable, Sendable {
    /// Counts the frames of a stream, modulo 2¹⁶.
    public var frameNumber: UInt16
    public var spatialLayer: Int
    public var temporalLayer: Int
    /// Whether the packet is the first of its frame.
    public var startsFrame: Bool
    /// Whether the packet is the last of its frame.
    public var endsFrame: Bool
    /// How many earlier frames it refers to, `maximumCount` at most.
    public private(set) var count = 0

    private var distances = SIMD8<UInt16>()

    /// No decoder of ours keeps more pictures.
    public static let maximumCount = 8

    /// A frame that refers to no other until told so.
    public init(
        frameNumber: UInt16, spatialLayer: Int = 0, temporalLayer: Int = 0, startsFrame: Bool = true,
        endsFrame: Bool = true
    ) {
        self.frameNumber = frameNumber
        self.spatialLayer = spatialLayer
        self.temporalLayer = temporalLayer
        self.startsFrame = startsFrame
        self.endsFrame = endsFrame
    }

    /// How many frames back one lies that it refers to.
    public func distance(_ index: Int) -> Int {
        precondition(index < count, "there are `count` of them")
        return Int(distances[index])
    }

    /// Adds a frame that lies `distance` frames back; false if there are too many.
    public mutating func append(distance: UInt16) -> Bool {
        guard count < Self.maximumCount else { return false }
        distances[count] = distance
        count += 1
        return true
    }
}
