/// Why a file is not whole.
public enum MovieProblem: Equatable, Sendable {
    /// There is not a byte in it.
    case empty
    /// No `moov` says what the file holds.
    case noMovie
    /// The recording stopped without being finished: it plays, up to its last complete fragment.
    case notFinished
    /// The final index is there, but the last step of finishing is not.
    case indexNotInForce
    /// The file ends inside a box.
    case cut(FourCC, at: Int, missing: Int)
    /// The file ends before it says what the next box is.
    case cutInHeader(at: Int)
    /// The bytes at a place are no box.
    case notABox(at: Int)
    /// A box contradicts itself or its neighbours.
    case damaged(FourCC, at: Int)
    /// Samples of a track are announced that the file does not hold.
    case samplesMissing(track: UInt32, count: Int)
    /// What was written behind a place reached the disk in part only.
    case torn(at: Int)
}

extension MovieProblem: CustomStringConvertible {
    /// The problem in one sentence.
    public var description: String {
        switch self {
        case .empty: "The file is empty."
        case .noMovie: "There is no moov box, so nothing says what the file holds."
        case .notFinished:
            "The recording was never finished: it plays to its last complete fragment, but has no final index."
        case .indexNotInForce: "The final index is written, but the last step that puts it in force is missing."
        case .cut(let type, let offset, let missing):
            "The file ends inside the \(type) box at byte \(offset): \(missing) bytes are missing."
        case .cutInHeader(let offset): "The file ends inside the header of the box at byte \(offset)."
        case .notABox(let offset): "The bytes from \(offset) on are not a box."
        case .damaged(let type, let offset): "The \(type) box at byte \(offset) contradicts itself or its neighbours."
        case .samplesMissing(let track, let count):
            "\(count) samples of track \(track) are announced but not in the file."
        case .torn(let offset): "What was written from byte \(offset) on did not reach the disk as a whole."
        }
    }
}
