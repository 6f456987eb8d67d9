/// Adds to a `uid_*.txt` what a process that died could not write: where its files end.
package enum IndexMender {
    /// The index with a `close` for each file that has a `create` and none, in the order of time; nothing if there is none.
    ///
    /// `lengths` says how long each file is, in milliseconds.
    package static func mended(_ text: String, lengths: [String: Int64]) -> String? {
        var lines = text.split(separator: "\n").map(Line.init)
        let closed = Set(lines.filter { $0.event == "close" }.map(\.file))
        var isChanged = false
        for line in lines where line.event == "create" && !closed.contains(line.file) {
            guard let length = lengths[line.file], let start = line.milliseconds else { continue }
            let close = Line(milliseconds: start + length, file: line.file, event: "close")
            let place = lines.lastIndex { ($0.milliseconds ?? .min) <= start + length }.map { $0 + 1 } ?? lines.count
            lines.insert(close, at: place)
            isChanged = true
        }
        return isChanged ? lines.map { $0.text + "\n" }.joined() : nil
    }

    /// The files that have a `create` and no `close`, in the order of the lines.
    package static func openFiles(in text: String) -> [String] {
        let lines = text.split(separator: "\n").map(Line.init)
        let closed = Set(lines.filter { $0.event == "close" }.map(\.file))
        return lines.filter { $0.event == "create" && !closed.contains($0.file) }.map(\.file)
    }

    /// `TIME FILE EVENT … `, one blank between words and one behind the last; a file's name may hold blanks.
    private struct Line {
        let text: String
        var milliseconds: Int64?
        var file = ""
        var event = ""

        init(_ text: Substring) {
            self.text = String(text)
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            guard let first = words.first, let seconds = Double(first), (0..<1e9).contains(seconds) else { return }
            milliseconds = Int64((seconds * 1000).rounded())
            guard let place = words.lastIndex(where: { ["create", "close"].contains($0) }), place > 1 else { return }
            (file, event) = (words[1..<place].joined(separator: " "), String(words[place]))
        }

        init(milliseconds: Int64, file: String, event: String) {
            let fraction = String(1000 + milliseconds % 1000).dropFirst()
            text = "\(milliseconds / 1000).\(fraction) \(file) \(event) "
            (self.milliseconds, self.file, self.event) = (milliseconds, file, event)
        }
    }
}
