import CommandLineOptions
import Foundation
import Testing

@testable import Service

@Suite("The process's log")
struct ProcessLogTests {
    @Test("tells what is grave enough, in order, in its file")
    func levels() async throws {
        let path = NSTemporaryDirectory() + "/lathe-log-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = ServiceOptions()
        for (name, text) in [("log-file", path), ("log-level", "warning"), ("log-format", "json")] {
            try options.set(name, to: text)
        }
        let log = try ProcessLog(options)
        for level in LogLevel.allCases { log.write(level, "one of \(level.name)", LogFields(channel: "room")) }
        await log.flush()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let documents = try lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        }
        #expect(documents.map { $0["level"] } == ["fatal", "error", "warning"])
        #expect(documents.map { $0["message"] } == ["one of fatal", "one of error", "one of warning"])
        #expect(documents.allSatisfy { $0["channel"] == "room" && $0["uid"] == nil })
    }

    @Test("refuses a file that cannot be written, by the option's name")
    func refusal() throws {
        var options = ServiceOptions()
        try options.set("log-file", to: "/nowhere/at/all")
        let error = #expect(throws: OptionError.self) { try ProcessLog(options) }
        #expect(error?.description.hasPrefix("--log-file /nowhere/at/all: the file cannot be written") == true)
    }

    @Test("has a line for each event of a recording, with whom it is about")
    func events() async throws {
        let path = NSTemporaryDirectory() + "/lathe-log-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withHub({ options in
            (options.logFile, options.logLevel) = (path, .info)
        }) { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            _ = try await hub.stopAndFinish(id)
            await hub.log.flush()
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains(" INFO started recording=\(id) channel=room\n"))
            #expect(text.contains(" INFO finished recording=\(id) channel=room\n"))
        }
    }
}
