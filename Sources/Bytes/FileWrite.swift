/// One thing a file writer asks of storage.
///
/// Writes of one file are performed in the order given.
public enum FileWrite: Equatable, Sendable {
    /// Adds bytes at the end.
    case append([UInt8])
    /// Replaces bytes that were written before; never reaches past the end.
    case overwrite(at: Int, [UInt8])
    /// Everything before this reaches the disk before anything after it.
    case sync
    /// From now on, room for so many bytes is kept on the disk behind the end: what is still to be written when nothing
    /// else fits any more.
    case reserve(Int)
}
