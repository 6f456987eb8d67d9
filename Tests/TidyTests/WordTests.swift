import Foundation
import Testing

@Suite("Words and names")
struct WordTests {
    @Test("leave nothing for later: no notes to self, no placeholders", arguments: SourceTree.all)
    func nothingForLater(file: SourceFile) {
        // Spelt in halves, so that this line is not one.
        for note in ["TO" + "DO", "FIX" + "ME", "XX" + "X:"] {
            #expect(file.text.range(of: note, options: .literal) == nil, "\(file.path) says \(note)")
        }
        #expect(file.name != "Placeholder", "\(file.path)")
        #expect(file.code.contains { $0.contains(/\w/) }, "\(file.path) holds no code")
    }

    @Test("never force: no forced values, tries or casts in what ships", arguments: SourceTree.sources)
    func nothingForced(file: SourceFile) {
        for (index, line) in file.code.enumerated() where line.utf8.contains(UInt8(ascii: "!")) {
            #expect(!line.contains(/\b(?:try|as)!|[\w)\]]!(?:[\s.,;)\]]|$)/), "\(file.place(index))")
        }
    }

    @Test("name a file for the one type in it, and none vaguely", arguments: SourceTree.sources)
    func fileNames(file: SourceFile) {
        let vague: Set<String> = ["Utils", "Util", "Helpers", "Helper", "Misc", "Common", "Extensions", "Types"]
        #expect(!vague.contains(file.name), "\(file.path)")
        let types = file.code.compactMap { line in
            line.hasPrefix("private ") ? nil : line.prefixMatch(of: Self.topLevelType)?.output.1
        }
        // Besides extensions, a type is a detail.
        let extends = file.code.contains { $0.contains("extension ") }
        guard types.count == 1, let type = types.first, !extends else { return }
        let shared = Set(Self.words(type)).intersection(Self.words(file.name[...]))
        #expect(!shared.isEmpty, "\(file.path) holds \(type)")
    }

    private static var topLevelType: Regex<(Substring, Substring)> {
        /(?:@\w+ )*(?:[a-z]+ )*(?:struct|class|enum|actor|protocol) (\w+)/
    }

    @Test("say what types are, not that they are something", arguments: SourceTree.sources)
    func typeNames(file: SourceFile) {
        for (index, line) in file.code.enumerated() where line.utf8.contains(UInt8(ascii: "{")) {
            let name = line.firstMatch(of: /\b(?:struct|class|enum|actor|protocol) ([A-Z]\w*)/)?.output.1 ?? ""
            let isVague = name.contains(/(?:Manager|Helper|Util|Utils|Info)$/)
            #expect(!isVague, "\(file.place(index)) declares \(name)")
        }
    }

    /// `RTPPacketBuffer` → RTP, Packet, Buffer.
    private static func words(_ name: Substring) -> [String] {
        name.matches(of: /[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+/).map { String($0.output) }
    }
}
