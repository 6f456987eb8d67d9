/// The smallest of the values noted during the last ten seconds or so.
///
/// What is smallest over a while has met the least waiting on its way, so it shows the path itself.
/// Old values leave in steps of one second, because a clock that drifts makes them untrue.
struct SlidingMinimum: Sendable {
    private static let bucketCount = 10
    private static let bucketNanoseconds: Int64 = 1_000_000_000

    private var buckets = [Int64](repeating: .max, count: bucketCount)
    private var newest: Int64?

    /// The smallest value of the window; nothing before the first.
    private(set) var value: Int64?

    /// Takes a value seen at `moment`, in nanoseconds; moments may step back a little.
    mutating func note(_ sample: Int64, at moment: Int64) {
        turn(to: moment / Self.bucketNanoseconds)
        let index = Int((newest ?? 0) % Int64(Self.bucketCount))
        buckets[index] = min(buckets[index], sample)
        value = min(value ?? sample, sample)
    }

    /// The smallest value of the newest second and the one before it.
    var recent: Int64? {
        guard let newest else { return nil }
        let count = Int64(Self.bucketCount)
        let smallest = min(buckets[Int(newest % count)], buckets[Int((newest + count - 1) % count)])
        return smallest == .max ? nil : smallest
    }

    /// Empties the buckets between the newest one and that of `number`, and looks for the minimum of what stays.
    private mutating func turn(to number: Int64) {
        guard let last = newest else {
            newest = max(0, number)
            return
        }
        guard number > last else { return }
        let stale = min(number - last, Int64(Self.bucketCount))
        for step in 0..<stale { buckets[Int((number - step) % Int64(Self.bucketCount))] = .max }
        newest = number
        let smallest = buckets.min() ?? .max
        value = smallest == .max ? nil : smallest
    }
}
