/// How much of the disk a growing file owns beyond its end, so that it can be finished when the disk is full.
///
/// Without it, a full disk would take the last fragment that fits, and have no room for the index that makes a whole file
/// of what is there. Rooms are taken in large steps, since each costs a system call and a piece of the disk's own index.
struct RoomAhead: Equatable {
    /// The least and the most that is taken at once.
    static let steps = 64 << 10...4 << 20

    /// How many bytes finishing will append.
    var reserved = 0
    /// Up to where blocks belong to the file.
    private var allocated = 0
    /// Whether the file system knows how to do this; many that are mounted over a network do not.
    private var isPossible = true

    /// The ranges to ask for, the better one first, before `byteCount` are appended at `end`; none if there is room.
    ///
    /// The second is what there must be.
    func wanted(for byteCount: Int, at end: Int) -> [Range<Int>] {
        let needed = end + byteCount + reserved
        guard isPossible, reserved > 0, needed > allocated else { return [] }
        // An eighth of the file: about as long as it takes to write one, whatever the rate.
        let step = min(max(Self.steps.lowerBound, end / 8), Self.steps.upperBound)
        let start = max(end, allocated)
        return [start..<needed + step, start..<needed]
    }

    mutating func took(_ range: Range<Int>) { allocated = range.upperBound }

    mutating func giveUp() { isPossible = false }

    /// Whether blocks beyond `end` are to be given back.
    func isBeyond(_ end: Int) -> Bool { allocated > end }
}
