public import Codecs
import Pattern

/// Why pictures cannot have a size, and what to write instead.
public struct PictureSizeError: Error, Equatable, CustomStringConvertible {
    public var problem: String
    public var remedy: String

    public var description: String { "\(problem); \(remedy)" }
}

extension PictureSize {
    /// No encoder here keeps up with more, nor does anybody send it.
    static let largest = PictureSize(width: 4096, height: 2304)

    /// Reads `WIDTHxHEIGHT`, which must be even and large enough for the pattern to be read back.
    public init(parsing text: String) throws(PictureSizeError) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1] else {
            throw PictureSizeError(problem: "'\(text)' is no size", remedy: "write it as 640x480")
        }
        let (smallest, largest) = (PatternPainter.smallestSize, Self.largest)
        let isInside =
            (smallest.width...largest.width).contains(width) && (smallest.height...largest.height).contains(height)
        guard isInside else {
            throw PictureSizeError(
                problem: "\(text) is too small to be read back, or too large",
                remedy: "write something from \(smallest.text) to \(largest.text)")
        }
        // Half the pixels in each direction carry colour.
        guard width % 2 == 0, height % 2 == 0 else {
            throw PictureSizeError(problem: "\(text) is odd", remedy: "write even numbers, as in 640x480")
        }
        self.init(width: width, height: height)
    }

    /// As it is written.
    public var text: String { "\(width)x\(height)" }
}
