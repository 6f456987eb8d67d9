import Units

/// How long something took each time, counted by classes from a millisecond to ten seconds.
public struct LatencyHistogram: Equatable, Sendable {
    /// The upper ends of the classes in milliseconds; what took longer than the last is in one more.
    public static let bounds: [Int64] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

    /// One count for each class, the longest last.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// How long it took altogether.
    public private(set) var total = Duration.zero

    public init() {}

    /// Counts one time; less than nothing, which only a clock that was set can make, counts as nothing.
    public mutating func note(_ time: Duration) {
        let nanoseconds = max(0, time.wholeNanoseconds)
        var index = 0
        while index < Self.bounds.count, nanoseconds > Self.bounds[index] * 1_000_000 { index += 1 }
        counts[index] += 1
        total += .nanoseconds(nanoseconds)
    }

    /// Adds what another one counted.
    public mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
    }
}
