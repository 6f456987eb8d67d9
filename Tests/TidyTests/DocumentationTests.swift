import Foundation
import Testing

@Suite("Documentation")
struct DocumentationTests {
    /// Fields, constants, initialisers and conformances speak for themselves as often as not, and a comment that
    /// repeats a name is worse than none: those are left to the author's judgement.
    private static var declaration: Regex<Substring> {
        #/^\s*(?:@\w+(?:\([^)]*\))? )*public (?:[a-z]+ )*(?:struct|class|enum|actor|protocol|typealias|func (?![<>=])|subscript)\b/#
    }

    /// The functions that our own protocols ask for, and one that the standard library's do.
    private static let requirements: Set<String> = {
        var names: Set<String> = ["next"]
        for file in SourceTree.sources {
            var isInProtocol = false
            for line in file.code {
                if !line.hasPrefix(" "), !line.isEmpty { isInProtocol = line.contains(/\bprotocol\b/) }
                guard isInProtocol, let name = line.firstMatch(of: /func (\w+)/)?.output.1 else { continue }
                names.insert(String(name))
            }
        }
        return names
    }()

    private static let documented: [SourceFile] = SourceTree.files(of: Layers.core.union(Layers.edges))

    @Test("comes before every public type and function of the layers below the shell", arguments: documented)
    func declarations(file: SourceFile) {
        var extensionConforms = false
        for (index, line) in file.code.enumerated() {
            if line.hasPrefix("extension") { extensionConforms = line.contains(":") }
            guard line.contains("public"), line.contains(Self.declaration), !extensionConforms else { continue }
            let name = line.firstMatch(of: /func (\w+)/)?.output.1
            // What a protocol asks for is documented there.
            if let name, Self.requirements.contains(String(name)) { continue }
            #expect(
                Self.isDocumented(index, file), "\(file.place(index)): \(line.trimmingCharacters(in: .whitespaces))")
        }
    }

    @Test("links to what is there", arguments: SourceTree.paths(under: "", ending: ".md"))
    func links(path: String) {
        let folder = URL(fileURLWithPath: "\(SourceTree.root)/\(path)").deletingLastPathComponent()
        for match in SourceTree.text(path).matches(of: /\]\(([^)\s]+)\)/) {
            let link = match.output.1
            guard !link.contains("://"), !link.hasPrefix("mailto:"), !link.hasPrefix("#") else { continue }
            let file = String(link.prefix { $0 != "#" }).removingPercentEncoding ?? ""
            let isThere = FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path)
            #expect(isThere, "\(path) links to \(link)")
        }
    }

    @Test("has links to check")
    func hasLinks() { #expect(SourceTree.paths(under: "", ending: ".md").contains("README.md")) }

    /// Whether a doc comment stands before a line, attributes of their own lines in between.
    private static func isDocumented(_ index: Int, _ file: SourceFile) -> Bool {
        var before = index - 1
        while before >= 0, file.lines[before].trimmingCharacters(in: .whitespaces).hasPrefix("@") { before -= 1 }
        return before >= 0 && file.lines[before].trimmingCharacters(in: .whitespaces).hasPrefix("///")
    }
}
