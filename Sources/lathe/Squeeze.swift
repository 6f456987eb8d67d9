import CommandLineOptions

/// A time during which a link lets less through: `300@20-40` for 300 kbit/s between its 20th and 40th second.
struct Squeeze {
    var kilobitsPerSecond: Int
    var begin: Duration
    var end: Duration

    init(_ text: String) throws {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let times = parts.last?.split(separator: "-", omittingEmptySubsequences: false).map { Double($0) } ?? []
        guard parts.count == 2, let rate = Int(parts[0]), (1...10_000_000).contains(rate), times.count == 2,
            let begin = times[0], let end = times[1], begin >= 0, end > begin, end <= 86_400
        else {
            throw OptionError("--squeeze is a rate and two moments in seconds, such as 300@20-40, not '\(text)'")
        }
        kilobitsPerSecond = rate
        self.begin = .seconds(begin)
        self.end = .seconds(end)
    }
}
