import Foundation
import Testing

/// A row of docs/compatibility.md: the heading it stands under, and its cells by the names of their columns.
struct PageRow: Sendable, CustomTestStringConvertible {
    var section: String
    var cells: [String: String]
    /// What the row is known by in a table of the tests: the words before the first comma.
    var name: String
    /// What stands between backticks in its first cell.
    var names: [String]

    var testDescription: String { "\(section): \(name)" }

    /// What it says of programs in Swift.
    var promise: String { cells["`import Lathe`"] ?? "" }

    /// What stands between backticks in one of its cells.
    static func code(_ cell: String) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every row of the page.
    static let all: [PageRow] = {
        let page = (try? String(contentsOf: root.appending(path: "docs/compatibility.md"), encoding: .utf8)) ?? ""
        var (section, columns) = ("", [String]())
        return page.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
            if line.hasPrefix("#") {
                section = line.filter { $0 != "`" && $0 != "#" }.trimmingCharacters(in: .whitespaces)
            }
            guard line.hasPrefix("|") else {
                columns = []
                return nil
            }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard !columns.isEmpty else {
                columns = cells
                return nil
            }
            guard columns.count == cells.count, cells[0].isEmpty || cells[0].contains(where: { $0 != "-" }) else {
                return nil
            }
            let first = cells[0].split(separator: ",").first ?? ""
            return PageRow(
                section: section, cells: Dictionary(uniqueKeysWithValues: zip(columns, cells)),
                name: first.filter { $0 != "`" }, names: code(cells[0]))
        }
    }()

    /// The rows that say something of programs in Swift, under the headings that begin so.
    static func rows(under headings: String...) -> [PageRow] {
        all.filter { row in !row.promise.isEmpty && headings.contains { row.section.hasPrefix($0) } }
    }
}
