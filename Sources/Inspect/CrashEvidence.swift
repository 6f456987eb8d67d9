import Foundation
import Storage

/// Whether a recording's process died, by the signs that it left in the directory.
///
/// The four signs are those that the legacy product documents: a file that is not finished, an index without a `close`, a
/// log with `MediaFile` and no `~MediaFile`, and no event that says how it ended.
public struct CrashEvidence: Codable, Equatable, Sendable {
    public enum Verdict: String, Codable, Sendable {
        /// It ended in order, and never died meanwhile.
        case none
        /// A process is writing there now.
        case running
        /// It died, and nobody closed the files.
        case crashed
        /// It died, and the files were closed or the recording went on afterwards.
        case recovered
    }

    public var verdict: Verdict
    /// What says so, in sentences.
    public var signs: [String]
    /// What is known of the cause; nothing if it did not die, or nothing is.
    public var cause: String?

    /// Looks for the signs in a directory that holds a recording; `unfinished` are its files that are not whole.
    init(in directory: String, names: [String], unfinished: [String]) {
        let text = { (name: String) in try? String(contentsOfFile: directory + "/" + name, encoding: .utf8) }
        signs = unfinished.map { "\($0) is not finished." }
        for name in names where name.hasPrefix("uid_") && name.hasSuffix(".txt") {
            signs += Self.openFiles(inIndex: text(name) ?? "", named: name)
        }
        if let log = text("recording_sys.log") { signs += Self.openFiles(inLog: log) }
        let story = Story(parsing: text("recording.json"))
        if !names.contains("recording2-done.txt") || story?.state == "recording" {
            signs.append("Nothing says how it ended: there is no quit event.")
        }
        let interruptions = story?.interruptions ?? []
        if DirectoryLock.isHeld(directory) {
            verdict = .running
        } else if !signs.isEmpty {
            verdict = .crashed
        } else {
            verdict = interruptions.isEmpty ? .none : .recovered
        }
        signs += interruptions.map(\.sentence)
        guard verdict == .crashed || verdict == .recovered else { return }
        let cause = text("crash.log")?.split(separator: "\n").first { $0.hasPrefix("cause: ") }?.dropFirst(7)
        self.cause = cause.map(String.init) ?? interruptions.last?.cause
    }

    /// Files that an index opens and does not close; a name may hold blanks.
    private static func openFiles(inIndex text: String, named name: String) -> [String] {
        guard !text.isEmpty else { return ["\(name) is empty: it was never finished."] }
        var open: [String] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard let place = words.lastIndex(where: { $0 == "create" || $0 == "close" }), place > 1 else { continue }
            let file = words[1..<place].joined(separator: " ")
            if words[place] == "create" { open.append(file) } else { open.removeAll { $0 == file } }
        }
        return open.map { "\(name) has a create and no close for \($0)." }
    }

    private static func openFiles(inLog text: String) -> [String] {
        var open: [Substring] = []
        for line in text.split(separator: "\n") {
            if let file = line.firstMatch(of: /\| ~MediaFile (\S+)/)?.output.1 {
                open.removeAll { $0 == file }
            } else if let file = line.firstMatch(of: /\| MediaFile (\S+)/)?.output.1 {
                open.append(file)
            }
        }
        return open.map { "recording_sys.log has a MediaFile and no ~MediaFile for \($0)." }
    }

    /// What `recording.json` says of crashes.
    private struct Story: Decodable {
        struct Interruption: Decodable {
            var atMilliseconds: Int
            var untilMilliseconds: Int
            var cause: String

            var sentence: String {
                let seconds = { (milliseconds: Int) in String(format: "%.3f s", Double(milliseconds) / 1000) }
                return "Nobody recorded from \(seconds(atMilliseconds)) to \(seconds(untilMilliseconds)): \(cause)."
            }
        }

        var state: String?
        var interruptions: [Interruption]?

        init?(parsing text: String?) {
            guard let text, let story = try? JSONDecoder().decode(Story.self, from: Data(text.utf8)) else { return nil }
            self = story
        }
    }
}

extension CrashEvidence {
    /// The evidence for people.
    var lines: [String] {
        let headline =
            switch verdict {
            case .none: "crash: no, it ended in order"
            case .running: "crash: no, it is being recorded now"
            case .crashed: "crash: yes, and nobody closed the files yet"
            case .recovered: "crash: yes, and its files were closed afterwards"
            }
        return [headline + (cause.map { "; \($0)" } ?? "")] + signs.map { "  \($0)" }
    }
}
