/// A number of bytes as people write it: `500m`, `2g`, `1.5t`, `1048576`.
///
/// The letters stand for powers of 1024; case, and a `b` or `ib` behind them, do not matter.
public struct ByteCount: Equatable, Sendable {
    public var bytes: Int

    private static let shifts: [Character: Int] = ["k": 10, "m": 20, "g": 30, "t": 40]

    public init(_ bytes: Int) { self.bytes = bytes }

    /// Reads one; nothing if it is none, or beyond a pebibyte.
    public init?(parsing text: String) {
        var rest = text.lowercased()[...]
        for ending in ["ib", "b"] where rest.hasSuffix(ending) {
            rest = rest.dropLast(ending.count)
            break
        }
        let shift = rest.last.flatMap { Self.shifts[$0] }
        if shift != nil { rest = rest.dropLast() }
        guard let number = Double(rest), number >= 0, number.isFinite else { return nil }
        let bytes = number * Double(1 << (shift ?? 0))
        guard bytes <= Double(1 << 50) else { return nil }
        self.bytes = Int(bytes)
    }
}

extension ByteCount: CustomStringConvertible {
    /// Three digits and a letter: `512 MB` for 512 × 2²⁰ bytes.
    public var description: String {
        let units = ["bytes", "KB", "MB", "GB", "TB", "PB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        let tenths = Int((value * 10).rounded())
        return unit == 0 || tenths >= 1000 || tenths % 10 == 0
            ? "\((tenths + 5) / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
