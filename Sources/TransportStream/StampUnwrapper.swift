/// Counts a transport stream's 33-bit stamps on without end; all streams of a program share the count.
struct StampUnwrapper: Sendable {
    private static let period: Int64 = 1 << 33

    private var last: Int64?

    /// The stamp's place nearest to the last one given.
    mutating func unwrap(_ stamp: UInt64) -> Int64 {
        let place = self.place(of: stamp)
        last = place
        return place
    }

    private func place(of stamp: UInt64) -> Int64 {
        let value = Int64(stamp & 0x1_FFFF_FFFF)
        guard let last else { return value }
        let distance = (value - last) % Self.period
        let positive = distance < 0 ? distance + Self.period : distance
        return last + (positive < Self.period / 2 ? positive : positive - Self.period)
    }
}
