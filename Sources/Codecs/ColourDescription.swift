/// What the numbers of a picture mean as light, in the code points that all video standards share (ITU-T H.273).
public struct ColourDescription: Hashable, Sendable {
    /// The chromaticities of red, green, blue and white (§8.1); 1 is BT.709, 2 is unspecified.
    public var primaries: UInt8
    /// How a value becomes light (§8.2); 1 is BT.709, 2 is unspecified.
    public var transfer: UInt8
    /// How luma and chroma come of red, green and blue (§8.3); 1 is BT.709, 2 is unspecified.
    public var matrix: UInt8
    /// Whether values reach from 0 to the largest, instead of leaving room at both ends as television does.
    public var isFullRange: Bool

    public init(primaries: UInt8, transfer: UInt8, matrix: UInt8, isFullRange: Bool) {
        self.primaries = primaries
        self.transfer = transfer
        self.matrix = matrix
        self.isFullRange = isFullRange
    }

    /// The code point for what a stream leaves open.
    public static let unspecified: UInt8 = 2
}

/// How wide a pixel is for its height, where it is no square.
public struct PixelAspectRatio: Hashable, Sendable {
    public var horizontal: Int
    public var vertical: Int

    public init(horizontal: Int, vertical: Int) {
        self.horizontal = horizontal
        self.vertical = vertical
    }

    /// The ratios that have an index of their own (ITU-T H.273 §8.6, table 11): 1…16.
    private static let indexed: [(Int, Int)] = [
        (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11), (80, 33), (18, 11), (15, 11),
        (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
    ]

    /// The index behind which a ratio is spelt out.
    static let extendedIndex = 255

    /// The ratio of `aspect_ratio_idc`; nothing if it is unspecified or reserved.
    init?(index: Int) {
        guard (1...Self.indexed.count).contains(index) else { return nil }
        let (horizontal, vertical) = Self.indexed[index - 1]
        self.init(horizontal: horizontal, vertical: vertical)
    }
}
