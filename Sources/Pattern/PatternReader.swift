public import Codecs

/// Reads pictures of the pattern back, after whatever coding, scaling and turning they went through.
public struct PatternReader: Sendable {
    /// What one picture says.
    public struct Reading: Equatable, Sendable {
        /// Nothing if the blocks did not add up: another picture, or one damaged beyond reading.
        public var mark: PatternMark?
        /// Whether the upper band is white.
        public var isFlashing: Bool
    }

    /// Luma from which the band counts as white: between the brightest colour, 130, and white, 235.
    private static let flashLuma = 185
    /// The middle of video-range luma.
    private static let blockLuma = 126
    /// How many pixels of a block are looked at, in each direction: enough to average noise away.
    private static let samplesPerSide = 8

    private let width: Int
    private let height: Int
    private let rotation: Rotation
    /// Of the picture when it stands upright.
    private let layout: PatternLayout

    /// A reader of pictures of one size, as they are coded, that have to be turned by `rotation` to stand upright.
    public init(width: Int, height: Int, rotation: Rotation = .none) {
        self.width = width
        self.height = height
        self.rotation = rotation
        layout =
            rotation.isSideways
            ? PatternLayout(width: height, height: width) : PatternLayout(width: width, height: height)
    }

    /// Reads a picture from its luma, whose rows begin `stride` bytes apart.
    public func read(_ luma: Span<UInt8>, stride: Int) -> Reading {
        let turn = PlaneTurn(width: width, height: height, stride: stride, by: rotation)
        let isFlashing = mean(of: luma, turn, layout.flashRows, 0..<layout.width) >= Self.flashLuma
        var code: UInt64 = 0
        for index in 0..<PatternMark.bitCount {
            let block = layout.block(index)
            let isOne = mean(of: luma, turn, block.rows, block.columns) >= Self.blockLuma
            code = code << 1 | (isOne ? 1 : 0)
        }
        return Reading(mark: PatternMark(code: code), isFlashing: isFlashing)
    }

    /// Reads a picture that is whole in memory.
    public func read(_ picture: Picture) -> Reading { read(picture.luma.span, stride: picture.width) }

    /// The mean luma of a rectangle's middle half, where no neighbour rings in.
    private func mean(of luma: Span<UInt8>, _ turn: PlaneTurn, _ rows: Range<Int>, _ columns: Range<Int>) -> Int {
        let count = Self.samplesPerSide
        var sum = 0
        for row in 0..<count {
            let start = turn.origin + Self.place(row, of: count, in: rows) * turn.rowStep
            for column in 0..<count {
                sum += Int(luma[start + Self.place(column, of: count, in: columns) * turn.columnStep])
            }
        }
        return sum / (count * count)
    }

    /// Spreads `count` places evenly over the middle half of a range.
    private static func place(_ index: Int, of count: Int, in range: Range<Int>) -> Int {
        range.lowerBound + range.count / 4 + range.count * index / (2 * count)
    }
}
