import Foundation
import Storage
import Testing

@testable import Inspect

@Suite("Was it a crash?")
struct CrashEvidenceTests {
    private static let closed = "0.000 7_1.mp4 create \n2.000 7_1.mp4 close \n"
    private static let log =
        "(1): INFO (00:00:00:000) | MediaFile 7_1.mp4\n(1): INFO (00:00:02:000) | ~MediaFile 7_1.mp4\n"
    private static let story = #"{"state": "finished"}"#
    private static let whole = [
        "uid_7_1.txt": closed, "recording_sys.log": log, "recording.json": story, "recording2-done.txt": "",
    ]

    /// The evidence in a directory of such files.
    private static func evidence(_ files: [String: String], unfinished: [String] = []) throws -> CrashEvidence {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (name, text) in files { try text.write(toFile: directory + "/" + name, atomically: true, encoding: .utf8) }
        return CrashEvidence(in: directory, names: files.keys.sorted(), unfinished: unfinished)
    }

    @Test("no, if nothing says so")
    func none() throws {
        let evidence = try Self.evidence(Self.whole)
        #expect(evidence.verdict == .none && evidence.signs == [] && evidence.cause == nil)
        #expect(evidence.lines == ["crash: no, it ended in order"])
    }

    @Test(
        "yes, by each of the four signs",
        arguments: [
            ("uid_7_1.txt", "0.000 7_1.mp4 create \n", "uid_7_1.txt has a create and no close for 7_1.mp4."),
            ("uid_7_1.txt", "0.000 a b.mp4 create \n", "uid_7_1.txt has a create and no close for a b.mp4."),
            ("uid_7_1.txt", "", "uid_7_1.txt is empty: it was never finished."),
            (
                "recording_sys.log", "x | MediaFile 7_1.mp4\n",
                "recording_sys.log has a MediaFile and no ~MediaFile for 7_1.mp4."
            ),
            ("recording.json", #"{"state": "recording"}"#, "Nothing says how it ended: there is no quit event."),
            ("recording2-done.txt", nil, "Nothing says how it ended: there is no quit event."),
        ] as [(String, String?, String)])
    func signs(name: String, text: String?, sign: String) throws {
        var files = Self.whole
        files[name] = text
        let evidence = try Self.evidence(files)
        #expect(evidence.verdict == .crashed)
        #expect(evidence.signs == [sign])
    }

    @Test("yes, if a file is not finished")
    func unfinished() throws {
        let evidence = try Self.evidence(Self.whole, unfinished: ["7_1.mp4"])
        #expect(evidence.lines == ["crash: yes, and nobody closed the files yet", "  7_1.mp4 is not finished."])
    }

    @Test("yes, and it went on, with the cause that was found")
    func recovered() throws {
        var files = Self.whole
        files["recording.json"] = """
            {"state": "finished", "interruptions": [
              {"atMilliseconds": 1500, "untilMilliseconds": 4000, "cause": "the process was killed", "files": {}}]}
            """
        var evidence = try Self.evidence(files)
        #expect(evidence.verdict == .recovered)
        #expect(evidence.cause == "the process was killed")
        #expect(evidence.signs == ["Nobody recorded from 1.500 s to 4.000 s: the process was killed."])
        files["crash.log"] = "Lathe 1\ncause: the process crashed: Bad pointer\n"
        evidence = try Self.evidence(files)
        #expect(
            evidence.lines[0] == "crash: yes, and its files were closed afterwards; the process crashed: Bad pointer")
    }

    @Test("no, if a process is writing there")
    func running() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let lock = try DirectoryLock(directory)
        #expect(CrashEvidence(in: directory, names: [], unfinished: []).verdict == .running)
        withExtendedLifetime(lock) {}
    }
}
