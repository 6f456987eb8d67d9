/// One piece of a new file that is put together from an old one.
public enum FilePiece: Equatable, Sendable {
    case bytes([UInt8])
    /// As it lies in the old file.
    case copy(Range<Int>)
}
