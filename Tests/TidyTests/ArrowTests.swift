import Foundation
import Testing

@Suite("Arrows between targets")
struct ArrowTests {
    @Test("start at targets that all have their line in the drawing")
    func everyTargetHasALevel() {
        let targets = Set(SourceTree.sources.map(\.target))
        #expect(targets.filter { Layers.level(of: $0) == nil } == [])
        #expect(targets.count > 20)
    }

    @Test("point down, or sideways to what Package.swift names", arguments: SourceTree.sources)
    func pointDown(file: SourceFile) {
        guard let level = Layers.level(of: file.target) else { return }
        for (index, module) in Self.imports(of: file) {
            guard let imported = Layers.level(of: module) else {
                let isAllowed = !Layers.core.contains(file.target) && Layers.system.contains(module)
                #expect(isAllowed, "\(file.place(index)) imports \(module)")
                continue
            }
            #expect(imported <= level, "\(file.place(index)) points up, to \(module)")
            let isNamed = Layers.dependencies[file.target]?.contains(module) == true
            #expect(isNamed, "\(file.place(index)): Package.swift does not let \(file.target) import \(module)")
        }
    }

    @Test("of Package.swift point down", arguments: Layers.dependencies.keys.sorted())
    func manifestPointsDown(target: String) {
        guard let level = Layers.level(of: target) else { return }
        for module in Layers.dependencies[target] ?? [] {
            let imported = Layers.level(of: module)
            #expect(imported.map { $0 <= level } == true, "\(target) depends on \(module)")
        }
    }

    @Test("never lead out of memory safety below the edges", arguments: SourceTree.files(of: Layers.core))
    func coreIsSafe(file: SourceFile) {
        // The word alone is rare enough to look no further for in most files.
        guard ["nsafe", "@unchecked"].contains(where: { file.text.range(of: $0, options: .literal) != nil }) else {
            return
        }
        for (index, line) in file.code.enumerated() {
            let word = line.firstMatch(of: /\b(unsafe|Unsafe\w+|@unchecked|withUnsafe\w+)\b/)?.output.1
            #expect(word == nil, "\(file.place(index)) says \(word ?? "")")
        }
    }

    /// The modules that a file imports, with the line of each.
    private static func imports(of file: SourceFile) -> [(Int, String)] {
        file.code.enumerated().compactMap { index, line in
            guard line.contains("import") else { return nil }
            let pattern = /^(?:@\w+ )*(?:public |package |internal |private )?import (?:\w+ )?(\w+)/
            return line.firstMatch(of: pattern).map { (index, String($0.output.1)) }
        }
    }
}
