import Units

/// `lathe-bench`: what no outside observer can measure, printed as tables.
@main
struct LatheBench {
    private static let runCount = 5
    private static let length = Duration.seconds(3600)

    static func main() async throws {
        print(
            "Stopping an MP4 of one hour (108,000 pictures at 1 Mbit/s, 168,750 packets of AAC), \(runCount) runs each")
        for durability in StopBenchmark.Durability.allCases {
            var runs: [StopBenchmark.Run] = []
            for _ in 0..<runCount {
                runs.append(try await StopBenchmark(length: length, durability: durability).run())
            }
            print(table(runs, title: durability.words))
        }
    }

    private static func table(_ runs: [StopBenchmark.Run], title: String) -> String {
        var lines = ["", "| \(title) | median | slowest |", "|---|--:|--:|"]
        for stage in StopBenchmark.Stage.allCases {
            let times = runs.map { $0[stage] }.sorted()
            guard let slowest = times.last else { continue }
            lines.append("| \(stage.words) | \(text(times[times.count / 2])) | \(text(slowest)) |")
        }
        let bytes = runs.map(\.byteCount).max() ?? 0
        lines.append("| the file | \(bytes / 1_000_000) MB | |")
        return lines.joined(separator: "\n")
    }

    private static func text(_ duration: Duration) -> String {
        let microseconds = duration.wholeNanoseconds / 1000
        return microseconds >= 10_000_000
            ? "\(microseconds / 1_000_000) s" : "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
    }
}
