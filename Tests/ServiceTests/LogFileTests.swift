import Foundation
import Testing

@testable import Service

@Suite("Files of the log")
struct LogFileTests {
    private static func withPath(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "/lathe-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory + "/lathe.log")
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test("turn over before they get too long, and the oldest goes", arguments: [1, 2, 3])
    func turnsOver(fileCount: Int) throws {
        try Self.withPath { path in
            var file = try LogFile(path: path, byteLimit: 20, fileCount: fileCount)
            for number in 1...9 { try file.append(Array("line \(number)..\n".utf8)) }
            // Two lines of nine bytes fit.
            let expected = ["line 9..\n", "line 7..\nline 8..\n", "line 5..\nline 6..\n"]
            for (number, text) in expected.enumerated() {
                let name = number == 0 ? path : "\(path).\(number)"
                #expect(Self.text(name) == (number < fileCount ? text : nil))
            }
        }
    }

    @Test("go on behind what they hold, and take a line that is too long by itself")
    func goesOn() throws {
        try Self.withPath { path in
            for number in 1...2 {
                var file = try LogFile(path: path, byteLimit: 20, fileCount: 2)
                try file.append(Array("line \(number)..\n".utf8))
            }
            #expect(Self.text(path) == "line 1..\nline 2..\n")
            var file = try LogFile(path: path, byteLimit: 20, fileCount: 2)
            let long = String(repeating: "x", count: 50) + "\n"
            try file.append(Array(long.utf8))
            #expect(Self.text(path) == long)
            #expect(Self.text(path + ".1") == "line 1..\nline 2..\n")
        }
    }

    @Test("are refused where they cannot be")
    func refusal() {
        #expect(throws: (any Error).self) { try LogFile(path: "/nowhere/at/all", byteLimit: 20, fileCount: 2) }
    }
}
