import Foundation
import Storage
import Testing

@testable import Service

@Suite("Mending a recording's directory")
struct DirectoryRecoveryTests {
    @Test("gives the first draft of an index its name, and is rid of all others")
    func drafts() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let line = "0.000 42_1.mp4 create "
        for (name, text) in [
            ("uid_42_1.txt.new", line), ("uid_43_1.txt", "old"), ("uid_43_1.txt.new", "ne"),
            ("recording.json.new", "{"),
        ] {
            try text.write(toFile: directory + "/" + name, atomically: false, encoding: .utf8)
        }
        let storage = try StorageThreads()
        #expect(try await DirectoryRecovery(directory: directory, storage: storage).recover().isEmpty)
        await storage.stop()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        #expect(names == ["uid_42_1.txt", "uid_43_1.txt"])
        #expect(try String(contentsOfFile: directory + "/uid_42_1.txt", encoding: .utf8) == line)
        #expect(try String(contentsOfFile: directory + "/uid_43_1.txt", encoding: .utf8) == "old")
    }
}
