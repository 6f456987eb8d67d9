import Capture
import Foundation

/// Plans for a `uid_*.txt` of the legacy product or of ours.
///
/// A crash leaves it empty, its content in a hidden twin, and without the lines that say where files end. Both are made
/// good as that product's own script does it: nothing that was there is changed, lines are only added.
struct IndexPlanner {
    /// What the script takes a file to last that nobody can read.
    private static let unreadableMilliseconds: Int64 = 100
    /// More than days of anybody's events.
    private static let maximumByteCount = 64 << 20

    let file: FilePath
    /// How long files are, by path.
    let lengths: [String: Int64]

    func plan() throws -> RepairPlan {
        let twin = file.sibling("." + file.name)
        let (own, hidden) = (try text(of: file), try text(of: twin))
        var notes: [String] = []
        var text = own
        if own.isEmpty, !hidden.isEmpty {
            text = hidden
            notes.append("It is empty; its hidden twin \(twin.name) has its lines.")
        }
        guard !text.isEmpty else { return RepairPlan(file, .index, .empty) }
        // A last line that was being written says nothing.
        if !text.hasSuffix("\n") {
            text = String(text[..<(text.lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex)])
        }
        var known: [String: Int64] = [:]
        for name in IndexMender.openFiles(in: text) {
            known[name] = length(of: name)
            let words = known[name].map {
                "its file plays that long" + ($0 == Self.unreadableMilliseconds ? " or cannot be read" : "")
            }
            notes.append("\(name) has no close: it gets one, as \(words ?? "nothing says otherwise").")
        }
        text = IndexMender.mended(text, lengths: known) ?? text
        guard text != own else { return RepairPlan(file, .index, .whole) }
        return RepairPlan(file, .index, .repairable, output: file, notes: notes, work: .text(text))
    }

    /// How long a file of the same directory plays: itself, or what was made of it.
    private func length(of name: String) -> Int64 {
        let named = file.sibling(name)
        let others = ["ts", "mp4"].map { named.sibling("\(named.stem).\($0)") }
        return ([named] + others).lazy.compactMap { lengths[$0.path] }.first ?? Self.unreadableMilliseconds
    }

    private func text(of file: FilePath) throws -> String {
        guard file.exists else { return "" }
        guard let bytes = FileManager.default.contents(atPath: file.path), bytes.count <= Self.maximumByteCount else {
            throw RepairRefusal(
                "\(file.path) cannot be read", remedy: "give the user that runs lathe the right to read it")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
