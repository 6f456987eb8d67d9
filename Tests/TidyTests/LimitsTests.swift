import Foundation
import Testing

@Suite("The page of limits")
struct LimitsTests {
    /// `Type.constant` of each row.
    private static let rows: [(type: String, constant: String)] =
        SourceTree.text("docs/limits.md").split(separator: "\n").compactMap { line in
            line.prefixMatch(of: /\| `(\w+)\.(\w+)` \|/).map { (String($0.output.1), String($0.output.2)) }
        }

    @Test("names constants that the sources have")
    func names() {
        #expect(Self.rows.count > 60)
        for row in Self.rows {
            let isThere = SourceTree.sources.contains { file in
                file.text.contains(row.type) && file.code.contains { Self.declares(row.constant, $0) }
            }
            #expect(isThere, "docs/limits.md names \(row.type).\(row.constant)")
        }
    }

    @Test("has a row for every constant that is called a limit or a maximum")
    func completeness() throws {
        let known = Set(Self.rows.map(\.constant))
        let tools: Set<String> = ["TestSupport", "lathe-bench", "Pattern", "Inspect"]
        for file in SourceTree.sources where !tools.contains(file.target) {
            for line in file.code {
                let name = line.firstMatch(of: /static (?:let|var) (\w*[lL]imit|maximum\w*)\b\s*[:=]/)?.output.1
                guard let name, !Self.exceptions.contains(String(name)) else { continue }
                #expect(known.contains(String(name)), "docs/limits.md lacks \(name) of \(file.path)")
            }
        }
    }

    /// Choices of implementation, at which nothing happens.
    private static let exceptions: Set<String> = [
        "liveLimit", "maximumHeader", "requestLimit", "controlLimit", "trailerLimit",
    ]

    private static func declares(_ name: String, _ line: String) -> Bool {
        line.contains("var \(name)") || line.contains("let \(name)")
    }
}
