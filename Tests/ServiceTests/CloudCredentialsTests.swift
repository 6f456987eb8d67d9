import CommandLineOptions
import Foundation
import Testing

@testable import Service

@Suite("Who may use the cloud's paths")
struct CloudCredentialsTests {
    /// Reads credentials out of a file that holds this text.
    private static func read(_ text: String) throws -> CloudCredentials {
        let file = FileManager.default.temporaryDirectory.appending(path: "lathe-cloud-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try CloudCredentials(file: file.path)
    }

    private static func basic(_ pair: String) -> String { "Basic " + Data(pair.utf8).base64EncodedString() }

    @Test("are those whose id and secret the file holds")
    func pairs() throws {
        let known = try Self.read("# two of them\n\n  one:secret \ntwo:with:colon\n")
        for pair in ["one:secret", "two:with:colon"] { #expect(known.allow(Self.basic(pair))) }
        #expect(known.allow(Self.basic("one:secret").replacing("Basic", with: "basic")))
        for pair in ["one:Secret", "one:", "two:with", "# two of them", "", "three:secret"] {
            #expect(!known.allow(Self.basic(pair)), "\(pair)")
        }
        for header in [nil, "", "Basic", "Basic !", "Bearer " + Data("one:secret".utf8).base64EncodedString()] {
            #expect(!known.allow(header))
        }
    }

    @Test("are told wrong lines by number, never by what stands there")
    func mistakes() throws {
        for (text, line) in [("one:secret\nhidden", 2), (":hidden", 1), ("\n\nhidden:", 3)] {
            let error = try #require(throws: OptionError.self) { try Self.read(text) }
            #expect(error.description.contains("line \(line) "))
            #expect(!error.description.contains("hidden"))
        }
        #expect(throws: OptionError.self) { try Self.read("# nothing\n") }
        #expect(throws: OptionError.self) { try CloudCredentials(file: "/nowhere") }
        let many = (0...CloudCredentials.pairLimit).map { "id\($0):secret\n" }.joined()
        #expect(throws: OptionError.self) { try Self.read(many) }
    }
}
