/// The colour that tells one user's picture from another's, in video-range components.
///
/// Dark enough, below luma 130, that a flash always stands out.
struct PatternColour: Equatable {
    var luma: UInt8
    var blue: UInt8
    var red: UInt8

    /// Hand-picked hues far apart on the wheel; a tag beyond them comes round again a little darker.
    init(tag: UInt16) {
        let hue = Self.hues[Int(tag) % Self.hues.count]
        let round = Int(tag) / Self.hues.count % 4
        luma = hue.luma - UInt8(round * 8)
        blue = hue.blue
        red = hue.red
    }

    private init(_ luma: UInt8, _ blue: UInt8, _ red: UInt8) {
        self.luma = luma
        self.blue = blue
        self.red = red
    }

    private static let hues = [
        PatternColour(90, 170, 90), PatternColour(100, 100, 180), PatternColour(110, 90, 100),
        PatternColour(80, 165, 165), PatternColour(120, 150, 80), PatternColour(115, 80, 160),
        PatternColour(70, 190, 115), PatternColour(105, 128, 128),
    ]
}
