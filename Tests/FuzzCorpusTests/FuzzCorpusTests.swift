import Foundation
import FuzzTargets
import Testing

@Suite("What was ever fed to a parser")
struct FuzzCorpusTests {
    @Test("is fed to it again", arguments: FuzzTarget.allCases)
    func replay(_ target: FuzzTarget) throws {
        let files = try Corpus.files(of: target)
        #expect(!files.isEmpty)
        for file in files { target.run(Array(try Data(contentsOf: file))) }
    }

    @Test("stays small: forty files of at most 8 KiB for each", arguments: FuzzTarget.allCases)
    func size(_ target: FuzzTarget) throws {
        let files = try Corpus.files(of: target)
        #expect(files.count <= 40)
        for file in files {
            let byteCount = try #require(try file.resourceValues(forKeys: [.fileSizeKey]).fileSize)
            #expect(byteCount <= 8_192, "\(file.lastPathComponent)")
        }
    }

    @Test("belongs to a parser that there is")
    func known() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Corpus.root.path)
        #expect(Set(names) == Set(FuzzTarget.allCases.map(\.rawValue)))
    }
}

private enum Corpus {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/Corpus")

    static func files(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: target.rawValue), includingPropertiesForKeys: [.fileSizeKey])
    }
}
