import Codecs
import Pattern

/// Reads pictures of the pattern that may be turned from any of them on.
struct TurningReader {
    /// How far the last picture that could be read must be turned to stand upright.
    private(set) var rotation: Rotation = .none
    private var readers: [PatternReader] = []
    private var last: PatternMark?

    init(width: Int, height: Int) { resize(width: width, height: height) }

    /// Goes on with pictures of another size.
    mutating func resize(width: Int, height: Int) {
        readers = Rotation.allCases.map { PatternReader(width: width, height: height, rotation: $0) }
    }

    /// Reads a picture as the last one was turned, and otherwise if that says nothing.
    mutating func read(_ luma: Span<UInt8>, stride: Int) -> PatternReader.Reading {
        let usual = readers[rotation.rawValue / 90].read(luma, stride: stride)
        guard usual.mark == nil else {
            last = usual.mark
            return usual
        }
        for other in Rotation.allCases where other != rotation {
            let reading = readers[other.rawValue / 90].read(luma, stride: stride)
            guard let mark = reading.mark, isPlausible(mark) else { continue }
            (rotation, last) = (other, mark)
            return reading
        }
        return usual
    }

    /// Whether a mark goes on from the last: a damaged picture has three more chances in 4096 to look like one.
    private func isPlausible(_ mark: PatternMark) -> Bool {
        last.map { $0.framesPerSecond == mark.framesPerSecond && $0.tag == mark.tag } ?? true
    }
}
