import Foundation
import Repair
import Synchronization

/// One run of `lathe repair`: looks at each file, repairs it, and says what became of it.
final class RepairSession: Sendable {
    /// What ended it early.
    struct Interrupted: Error, CustomStringConvertible {
        var description: String { "interrupted; what was not finished is as it was" }
    }

    private let options: RepairOptions
    private let isRehearsal: Bool
    private let printsJSON: Bool
    private let isInterrupted = Atomic<Bool>(false)

    init(options: RepairOptions, isRehearsal: Bool, printsJSON: Bool) {
        self.options = options
        self.isRehearsal = isRehearsal
        self.printsJSON = printsJSON
    }

    /// Ends it at the next moment that leaves nothing half done.
    func interrupt() { isInterrupted.store(true, ordering: .relaxed) }

    /// Repairs everything at the paths, and returns the exit status.
    func repair(_ paths: [String]) throws -> Int32 {
        var planner = RepairPlanner(options) { _ in try self.goOn() }
        var reports: [RepairReport] = []
        for path in paths {
            for candidate in try candidates(at: path, &reports) {
                let report = try outcome(of: candidate, &planner)
                planner.note(report)
                reports.append(report)
                try show(report)
            }
        }
        return RepairStatus.status(of: reports)
    }

    private func candidates(at path: String, _ reports: inout [RepairReport]) throws -> [RepairCandidate] {
        do {
            return try RepairSurvey.candidates(at: path)
        } catch {
            let report = RepairReport(failed: path, error)
            reports.append(report)
            try show(report)
            return []
        }
    }

    private func outcome(of candidate: RepairCandidate, _ planner: inout RepairPlanner) throws -> RepairReport {
        do {
            let plan = try planner.plan(candidate)
            guard !isRehearsal, plan.isActionable else { return RepairReport(planned: plan) }
            let bar = ProgressBar(candidate.path)
            defer { bar.clear() }
            return try RepairJob(plan, options) { progress in
                try self.goOn()
                bar.show(progress.doneByteCount, of: progress.byteCount)
            }.perform()
        } catch let interruption as Interrupted {
            throw interruption
        } catch {
            return RepairReport(failed: candidate.path, error)
        }
    }

    private func goOn() throws { if isInterrupted.load(ordering: .relaxed) { throw Interrupted() } }

    private func show(_ report: RepairReport) throws {
        try goOn()
        guard printsJSON else { return say(report.text) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
}

/// Shows on a terminal how far a file has come, and nothing where nobody looks.
final class ProgressBar {
    private static let width = 30
    /// The least that is worth a new line: a part in a thousand.
    private static let steps = 1_000

    private let name: String
    private let isSeen = isatty(STDERR_FILENO) == 1
    private var shown = -1

    init(_ path: String) { name = path.split(separator: "/").last.map(String.init) ?? path }

    func show(_ done: Int, of total: Int) {
        let step = total > 0 ? min(Self.steps, done * Self.steps / total) : 0
        guard isSeen, step != shown else { return }
        shown = step
        let filled = step * Self.width / Self.steps
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        write("\r\(name) [\(bar)] \(step / 10) %")
    }

    /// Makes room for what is said next.
    func clear() { if shown >= 0 { write("\r" + String(repeating: " ", count: name.count + Self.width + 10) + "\r") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
