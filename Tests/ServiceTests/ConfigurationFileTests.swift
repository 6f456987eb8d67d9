import Capture
import CommandLineOptions
import Foundation
import Testing

@testable import Service

@Suite("A configuration file")
struct ConfigurationFileTests {
    private static func read(_ text: String) throws -> [String] {
        try ConfigurationFile.options(in: Data(text.utf8), named: "f").map { "\($0.name)=\($0.value)" }
    }

    @Test("sets options by text or number, repeatable ones by a list, and skips comments")
    func values() throws {
        let text = #"{ "//": "ours", "idle": 60, "http": "[::]:80", "public-ip": ["::1", "127.0.0.1"], "loops": "2" }"#
        #expect(try Self.read(text) == ["http=[::]:80", "idle=60", "loops=2", "public-ip=::1", "public-ip=127.0.0.1"])
        #expect(try Self.read("{}") == [])
    }

    @Test(
        "refuses values of the wrong type by their name",
        arguments: [
            (#"{"loops": true}"#, "f: 'loops' must be a text or a whole number"),
            (#"{"idle": 3.5}"#, "f: 'idle' must be a text or a whole number"),
            (#"{"http": null}"#, "f: 'http' must be a text or a whole number"),
            (#"{"http": {"port": 1}}"#, "f: 'http' must be a text or a whole number"),
            (#"{"public-ip": [{}]}"#, "f: 'public-ip' must be a text or a whole number"),
            (#"{"http": ["a:1", "b:2"]}"#, "f: 'http' has one value, not a list"),
            ("[]", #"f must hold one JSON object, such as { "http": "127.0.0.1:8080" }"#),
            ("7", #"f must hold one JSON object, such as { "http": "127.0.0.1:8080" }"#),
        ])
    func wrongTypes(text: String, message: String) {
        #expect(throws: OptionError(message)) { try Self.read(text) }
    }

    @Test("says so if it is not JSON", arguments: ["", "{", "{\"idle\": 60", "http: 1"])
    func notJSON(text: String) throws {
        let error = try #require(throws: OptionError.self) { try Self.read(text) }
        #expect(error.description.hasPrefix("f is not JSON: "))
    }

    @Test("is named when it has an unknown key, a bad value, or is not there")
    func applying() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        var options = ServiceOptions()
        #expect(throws: OptionError("--config \(file): the file cannot be read; check its name and permissions")) {
            try ConfigurationFile.apply(file, to: &options)
        }
        for (text, message) in [
            (#"{"prot": 1}"#, "unknown option 'prot'; known are: \(ServiceOptions.names.joined(separator: ", "))"),
            (#"{"idle": 1}"#, "--idle is a number from 3 to 86400, not '1'"),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: OptionError("\(file): \(message)")) { try ConfigurationFile.apply(file, to: &options) }
        }
        try Data(#"{"idle": 9, "audio": "opus", "streamType": 1}"#.utf8).write(to: URL(fileURLWithPath: file))
        try ConfigurationFile.apply(file, to: &options)
        #expect(options.idle == .seconds(9))
        #expect(options.files.audio == .opus)
        #expect(options.files.streamType == .low)
    }
}
