import Foundation
import Testing

@Suite("docs/compatibility.md on import Lathe")
struct CompatibilityColumnTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("names methods and events that there are")
    func names() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/compatibility.md"), encoding: .utf8)
        let folder = Self.root.appending(path: "Sources/Lathe")
        let sources = try #require(FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String })
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }.joined()
        var column: Int?
        var names: [String] = []
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count > 2 else {
                column = nil
                continue
            }
            if let place = cells.firstIndex(of: " `import Lathe` ") { column = place }
            guard let column, cells.indices.contains(column) else { continue }
            names += cells[column].matches(of: /`([A-Za-z]+)`/).map { String($0.output.1) }
        }
        #expect(names.count > 50)
        for name in names { #expect(sources.contains(name), "nothing is called \(name)") }
    }
}
