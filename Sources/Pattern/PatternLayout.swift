import Codecs

/// Where the parts of a picture of the pattern lie, at any size.
///
/// From the top: the band that flashes, a quarter; the mark's blocks, three rows of twenty, a fifth; the
/// user's colour with the bar that moves, the rest. Places are fractions of the picture, so that a scaled
/// picture reads like the original; at 320 by 240 a block is 16 by 16, one macroblock.
struct PatternLayout {
    /// The smallest pictures that are read back after any coding, upright or not: a block is then 6 pixels wide.
    static let smallest = PictureSize(width: 160, height: 120)

    static let columns = 20
    static let rows = 3

    let width: Int
    let height: Int

    var flashRows: Range<Int> { 0..<height / 4 }
    var markRows: Range<Int> { height / 4..<height * 9 / 20 }
    var bodyRows: Range<Int> { height * 9 / 20..<height }

    /// The pixels of one block.
    func block(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
        let (row, column) = (index / Self.columns, index % Self.columns)
        let band = markRows
        let top = band.lowerBound + band.count * row / Self.rows
        let bottom = band.lowerBound + band.count * (row + 1) / Self.rows
        return (top..<bottom, width * column / Self.columns..<width * (column + 1) / Self.columns)
    }
}
