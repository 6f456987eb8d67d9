import Units

/// What came in each of many equally long intervals, from the beginning of a file on.
///
/// Its memory is bounded: when there are too many intervals, two and two are made one.
struct IntervalMap: Sendable {
    /// What came in one interval.
    struct Interval: Equatable, Sendable {
        var pictureByteCount = 0
        var soundByteCount = 0
        var pictures = PictureCounts()
        var picturePackets = PacketCounts()
        var soundPackets = PacketCounts()

        /// Whether anything was lost, even if it was made good.
        var hasLoss: Bool {
            picturePackets.lost + picturePackets.repaired + soundPackets.lost + soundPackets.repaired > 0
                || pictures.repaired + pictures.broken + pictures.dropped > 0
        }

        static func += (left: inout Interval, right: Interval) {
            left.pictureByteCount += right.pictureByteCount
            left.soundByteCount += right.soundByteCount
            left.pictures += right.pictures
            left.picturePackets += right.picturePackets
            left.soundPackets += right.soundPackets
        }
    }

    /// An hour of the shortest intervals, and any number of hours of longer ones.
    static let intervalLimit = 360
    static let shortest = Duration.seconds(10)

    private(set) var length = shortest
    private(set) var intervals: [Interval] = []

    /// The interval that lies `offset` behind the beginning; what lies before it counts to the first.
    subscript(offset: Duration) -> Interval {
        get { intervals.indices.contains(index(of: offset)) ? intervals[index(of: offset)] : Interval() }
        set {
            while index(of: offset) >= Self.intervalLimit { merge() }
            let index = index(of: offset)
            if index >= intervals.count {
                intervals.append(contentsOf: repeatElement(Interval(), count: index + 1 - intervals.count))
            }
            intervals[index] = newValue
        }
    }

    private func index(of offset: Duration) -> Int { Int(max(0, offset.wholeNanoseconds) / length.wholeNanoseconds) }

    private mutating func merge() {
        length *= 2
        for index in 0..<(intervals.count + 1) / 2 {
            var sum = intervals[index * 2]
            if index * 2 + 1 < intervals.count { sum += intervals[index * 2 + 1] }
            intervals[index] = sum
        }
        intervals.removeLast(intervals.count / 2)
    }
}
