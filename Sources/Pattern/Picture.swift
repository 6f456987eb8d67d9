/// One picture in planes: full-size luma, and both chroma at half the width and height (4:2:0).
///
/// Video range (ITU-R BT.601): luma 16 is black and 235 white, chroma 128 is grey. Rows follow each other
/// without gaps.
public struct Picture: Equatable, Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// `width * height` bytes.
    public var luma: [UInt8]
    /// `chromaWidth * chromaHeight` bytes of blue difference.
    public var blue: [UInt8]
    /// `chromaWidth * chromaHeight` bytes of red difference.
    public var red: [UInt8]

    /// A black picture.
    public init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "a picture has an area")
        self.width = width
        self.height = height
        luma = [UInt8](repeating: 16, count: width * height)
        let chroma = [UInt8](repeating: 128, count: ((width + 1) / 2) * ((height + 1) / 2))
        blue = chroma
        red = chroma
    }

    /// How many bytes a row of chroma has.
    public var chromaWidth: Int { (width + 1) / 2 }

    /// How many rows of chroma there are.
    public var chromaHeight: Int { (height + 1) / 2 }
}
