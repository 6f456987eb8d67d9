public import Codecs

/// Draws the pictures of one user's pattern.
///
/// A picture depends on its number alone, noise included, so that any two runs draw the same.
public struct PatternPainter: Sendable {
    /// How long the flash and the beep last at the start of each second.
    public static let flash: Duration = .milliseconds(100)

    /// The smallest pictures that are surely read back, whatever codec they go through and however they are turned.
    ///
    /// Smaller ones can be drawn too, and are read as long as nobody codes them.
    public static let smallestSize = PatternLayout.smallest

    /// The pictures' size.
    public let width: Int
    /// The pictures' size.
    public let height: Int
    /// How many pictures make a second; marks carry it.
    public let framesPerSecond: Int
    /// Who is drawn; picks the colour too.
    public let tag: UInt16

    /// How far, at most, noise moves the luma of the lower half's pixels; none at first.
    ///
    /// Something that no codec can foresee, for when an encoder must be made to spend its rate.
    public var noiseAmplitude: UInt8 = 0

    private let layout: PatternLayout
    private let colour: PatternColour

    /// A painter of pictures of one size, between 1 and 255 a second.
    public init(width: Int, height: Int, framesPerSecond: Int, tag: UInt16) {
        precondition((1...255).contains(framesPerSecond), "the mark has eight bits for the rate")
        self.width = width
        self.height = height
        self.framesPerSecond = framesPerSecond
        self.tag = tag
        layout = PatternLayout(width: width, height: height)
        colour = PatternColour(tag: tag)
    }

    /// Whether the picture of this number, due at `number / framesPerSecond` seconds, is a flashing one.
    public func flashes(_ number: UInt32) -> Bool {
        let place = Int64(number) % Int64(framesPerSecond)
        return place * 1_000_000_000 < Self.flash.components.attoseconds / 1_000_000_000 * Int64(framesPerSecond)
    }

    /// Draws the picture of one number over whatever `picture` held.
    public func draw(_ number: UInt32, into picture: inout Picture) {
        precondition(picture.width == width && picture.height == height, "the size was agreed")
        paintBackground(flashing: flashes(number), in: &picture)
        paintMark(PatternMark(number: number, framesPerSecond: UInt8(framesPerSecond), tag: tag), in: &picture)
        paintBar(number, in: &picture)
        if noiseAmplitude > 0 { addNoise(number, to: &picture) }
    }

    private func paintBackground(flashing: Bool, in picture: inout Picture) {
        fill(&picture.luma, rows: layout.flashRows, with: flashing ? 235 : colour.luma)
        fill(&picture.luma, rows: layout.bodyRows, with: colour.luma)
        // Only the body and the band at rest are coloured: white and the mark stay grey.
        let chromaRow = layout.bodyRows.lowerBound / 2 + 1
        let split = min(chromaRow * picture.chromaWidth, picture.blue.count)
        let bandEnd = layout.flashRows.upperBound / 2 * picture.chromaWidth
        fill(&picture.blue, 0..<bandEnd, with: flashing ? 128 : colour.blue)
        fill(&picture.red, 0..<bandEnd, with: flashing ? 128 : colour.red)
        fill(&picture.blue, bandEnd..<split, with: 128)
        fill(&picture.red, bandEnd..<split, with: 128)
        fill(&picture.blue, split..<picture.blue.count, with: colour.blue)
        fill(&picture.red, split..<picture.red.count, with: colour.red)
    }

    private func paintMark(_ mark: PatternMark, in picture: inout Picture) {
        let code = mark.code
        for index in 0..<PatternMark.bitCount {
            let isOne = code >> UInt64(PatternMark.bitCount - 1 - index) & 1 == 1
            let block = layout.block(index)
            for row in block.rows {
                fill(
                    &picture.luma, row * width + block.columns.lowerBound..<row * width + block.columns.upperBound,
                    with: isOne ? 235 : 16)
            }
        }
    }

    /// A bar that crosses the body once every two seconds, so that an eye sees a stutter.
    private func paintBar(_ number: UInt32, in picture: inout Picture) {
        let period = 2 * framesPerSecond
        let left = Int(number) % period * width / period
        let columns = left..<min(left + max(width / 20, 2), width)
        for row in layout.bodyRows {
            fill(&picture.luma, row * width + columns.lowerBound..<row * width + columns.upperBound, with: 200)
        }
    }

    /// Moves each pixel of the body's lower part up or down, by xorshift (Marsaglia 2003) from the number.
    private func addNoise(_ number: UInt32, to picture: inout Picture) {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        let range = UInt64(noiseAmplitude) * 2 + 1
        let start = (layout.bodyRows.lowerBound + layout.bodyRows.count / 4) * width
        for index in start..<picture.luma.count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let step = Int(((state >> 40 & 0xFFFF) * range) >> 16) - Int(noiseAmplitude)
            picture.luma[index] = UInt8(clamping: min(max(Int(picture.luma[index]) + step, 16), 235))
        }
    }

    private func fill(_ plane: inout [UInt8], rows: Range<Int>, with value: UInt8) {
        fill(&plane, rows.lowerBound * width..<rows.upperBound * width, with: value)
    }

    private func fill(_ plane: inout [UInt8], _ range: Range<Int>, with value: UInt8) {
        for index in range { plane[index] = value }
    }
}
