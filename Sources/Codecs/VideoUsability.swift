import Bytes

/// The head of the video usability information, which H.264 and H.265 spell alike (annex E of both).
struct VideoUsability {
    var colour: ColourDescription?
    var pixelAspectRatio: PixelAspectRatio?

    /// Reads aspect ratio, overscan and colour, and stops behind them.
    mutating func read(_ reader: inout BitReader) throws(WireError) {
        if try reader.readFlag() {
            let index = Int(try reader.read(8))
            if index == PixelAspectRatio.extendedIndex {
                let (horizontal, vertical) = (Int(try reader.read(16)), Int(try reader.read(16)))
                // A zero means that it is unspecified (§E.2.1).
                if horizontal > 0, vertical > 0 {
                    pixelAspectRatio = PixelAspectRatio(horizontal: horizontal, vertical: vertical)
                }
            } else {
                pixelAspectRatio = PixelAspectRatio(index: index)
            }
        }
        if try reader.readFlag() { _ = try reader.readFlag() }
        guard try reader.readFlag() else { return }
        _ = try reader.read(3)
        let unspecified = ColourDescription.unspecified
        var described = ColourDescription(
            primaries: unspecified, transfer: unspecified, matrix: unspecified, isFullRange: try reader.readFlag())
        if try reader.readFlag() {
            described.primaries = UInt8(try reader.read(8))
            described.transfer = UInt8(try reader.read(8))
            described.matrix = UInt8(try reader.read(8))
        }
        colour = described.isInformative ? described : nil
    }
}

extension ColourDescription {
    /// Whether it says anything that a player would not assume anyway.
    var isInformative: Bool {
        isFullRange || [primaries, transfer, matrix].contains { $0 != Self.unspecified }
    }
}
