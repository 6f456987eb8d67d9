import Units

/// When a file is long or big enough that another is begun.
struct ChunkRule: Equatable, Sendable {
    /// How long the next file waits for a keyframe: after that it begins without pictures.
    static let longestWait = Duration.seconds(5)

    var longest: Duration?
    var biggest: Int?

    /// The rule that a recording was told; none, if none.
    init(_ control: RecordingControl? = nil) {
        longest = control?.chunkSeconds.map { .seconds($0) }
        biggest = control?.chunkBytes
    }

    /// Whether a file of that length and size is to be followed by another.
    func isDue(length: Duration, byteCount: Int) -> Bool {
        longest.map { length >= $0 } == true || biggest.map { byteCount >= $0 } == true
    }
}
