import Foundation

/// What became of one file.
public struct RepairReport: Codable, Equatable, Sendable {
    /// How it ended.
    public enum Outcome: String, Codable, Sendable {
        case whole
        case repaired
        /// Something is lost for good; the rest was brought back.
        case partly
        case empty
        case hopeless
        /// It would be repaired; nothing was changed.
        case repairable
    }

    public var path: String
    public var kind: FileKind
    public var outcome: Outcome
    /// The file that came of it, or would.
    public var output: String?
    /// What was found, done and assumed, in sentences.
    public var notes: [String]
    /// How long what was brought back plays.
    public var durationMilliseconds: Int64?

    init(_ plan: RepairPlan, _ outcome: Outcome, output: String? = nil, notes: [String] = []) {
        path = plan.path
        kind = plan.kind
        self.outcome = outcome
        self.output = output
        self.notes = plan.notes + notes
        durationMilliseconds = plan.durationMilliseconds
    }

    /// What a failure comes to.
    public init(failed path: String, _ error: any Error) {
        (self.path, kind, outcome) = (path, .unknown, .hopeless)
        notes = ["\(error)"]
    }

    /// What a plan comes to if nothing is done.
    public init(planned plan: RepairPlan) {
        switch plan.verdict {
        case .whole: self.init(plan, .whole)
        case .repairable, .partly: self.init(plan, plan.verdict == .partly ? .partly : .repairable, output: plan.output)
        case .empty: self.init(plan, .empty)
        case .hopeless(let refusal): self.init(plan, .hopeless, notes: [refusal.description])
        }
    }

    /// The report for people: a line, and one for each note.
    public var text: String {
        let seconds = durationMilliseconds.map { String(format: ", %.3f s", Double($0) / 1000) } ?? ""
        let arrow = output.map { " → \($0)" } ?? ""
        return ["\(path): \(outcome.words)\(seconds)\(arrow)"].joined() + notes.map { "\n  \($0)" }.joined()
    }
}

extension RepairReport.Outcome {
    /// What people read.
    fileprivate var words: String {
        switch self {
        case .whole: "is whole"
        case .repaired: "repaired"
        case .partly: "partly repaired"
        case .empty: "holds nothing"
        case .hopeless: "cannot be repaired"
        case .repairable: "can be repaired"
        }
    }
}

/// The exit status that several reports come to.
public enum RepairStatus {
    /// 0 if all is whole now, 1 if nothing could be repaired, 2 if there was nothing to repair, and 3 if something is lost
    /// or some could not be repaired.
    public static func status(of reports: [RepairReport]) -> Int32 {
        let good = reports.contains { [.whole, .repaired, .repairable].contains($0.outcome) }
        let partly = reports.contains { $0.outcome == .partly }
        let bad = reports.contains { $0.outcome == .hopeless }
        if partly || (good && bad) { return 3 }
        return bad ? 1 : good ? 0 : 2
    }
}
