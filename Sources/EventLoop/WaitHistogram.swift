import Units

/// How long things waited, counted by classes.
public struct WaitHistogram: Equatable, Sendable {
    /// The upper ends of the classes in milliseconds; what waited longer than the last is in one more.
    public static let bounds: [Int64] = [5, 10, 20, 40, 80, 160, 320]

    /// One count for each class, the longest last.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// How long all of them waited together.
    public private(set) var total = Duration.zero

    public init() {}

    mutating func note(_ wait: Duration) {
        let nanoseconds = wait.wholeNanoseconds
        var index = 0
        while index < Self.bounds.count, nanoseconds > Self.bounds[index] * 1_000_000 { index += 1 }
        counts[index] += 1
        total += wait
    }

    /// Adds what another one counted.
    public mutating func add(_ other: WaitHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
    }
}
