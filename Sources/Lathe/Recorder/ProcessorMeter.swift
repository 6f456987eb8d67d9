import Foundation

/// How busy the processors were since it was last asked, by what Linux counts in ticks.
struct ProcessorMeter {
    private var last: (own: Int, busy: Int, all: Int)?

    /// Percent of all processors that this process used, and that everybody did; zeros at first, and where Linux does not
    /// tell.
    mutating func measure() -> (own: Int, total: Int) {
        guard let own = Self.ownTicks(), let (busy, all) = Self.machineTicks() else { return (0, 0) }
        defer { last = (own, busy, all) }
        guard let last, all > last.all else { return (0, 0) }
        let span = all - last.all
        return (min(100, (own - last.own) * 100 / span), min(100, (busy - last.busy) * 100 / span))
    }

    /// User and system time of this process: fields 14 and 15 of proc_pid_stat(5).
    private static func ownTicks() -> Int? {
        // The name in parentheses may hold blanks.
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else { return nil }
        return user + system
    }

    /// The first line of proc_stat(5); its fourth and fifth numbers are idle time.
    private static func machineTicks() -> (busy: Int, all: Int)? {
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8) else { return nil }
        let counts = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Int($0) }
        guard counts.count > 7 else { return nil }
        // Guests' time is in the first two already.
        let all = counts.prefix(8).reduce(0, +)
        return (all - counts[3] - counts[4], all)
    }
}
