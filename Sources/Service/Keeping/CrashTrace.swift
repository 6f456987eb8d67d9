import Catalog
import Foundation

/// What is known of how a process died that left recordings behind.
struct CrashTrace {
    /// In a sentence, for people.
    let cause: String
    /// What the runtime saw: the signal, and where each thread was; nothing if the process was killed.
    let backtrace: String?

    /// Looks for what a run of the program left behind.
    init(of run: CatalogRun, in state: StateDirectory, now: CatalogRun = .current) {
        guard run.boot == now.boot else {
            cause = "the machine went down"
            backtrace = nil
            return
        }
        guard let text = Self.backtrace(of: run.process, in: state.crashes) else {
            cause = "the process was killed"
            backtrace = nil
            return
        }
        let headline = text.split(separator: "\n").first { $0.contains(Self.mark) }
        let reason = headline.map { $0.trimmingCharacters(in: Self.ornament).replacing(Self.mark, with: ": ") }
        cause = "the process crashed" + (reason ?? "")
        backtrace = text
    }

    /// What the runtime puts before the reason, and around the line.
    private static let mark = "Program crashed: "
    private static let ornament = CharacterSet(charactersIn: "* ")

    /// The runtime names its files after the program, the process and a count: `lathe-4711-0.0.log`.
    private static func backtrace(of process: Int32, in directory: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let name = names.filter { $0.contains("-\(process)-") }.max()
        return name.flatMap { try? String(contentsOfFile: directory + "/" + $0, encoding: .utf8) }
    }

    /// The text of a recording's `crash.log`.
    func log(of recording: String, channel: String, version: String, files: [String: String]) -> String {
        var lines = [
            "Lathe \(version)", "cause: \(cause)", "recording: \(recording) of channel \(channel)", "", "files:",
        ]
        lines += files.sorted { $0.key < $1.key }.map { "  \($0.key) \($0.value)" }
        lines += ["", backtrace ?? "There is no backtrace: whoever is killed leaves none."]
        return lines.joined(separator: "\n") + "\n"
    }
}
