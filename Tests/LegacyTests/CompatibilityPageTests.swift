import Foundation
import Service
import Testing

@testable import Legacy

/// A row of docs/compatibility.md: names, an example, and what the page says of it.
struct CompatibilityRow: Sendable, CustomTestStringConvertible {
    var names: [String]
    var example: String
    var verdict: String

    var testDescription: String { example }

    /// The options between backticks, blanks kept so that an empty value can be told.
    var options: [LegacyOption] {
        verdict.split(separator: "`").filter { $0.hasPrefix("--") }.map { text in
            let parts = text.dropFirst(2).split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            return LegacyOption(String(parts[0]), String(parts.last ?? ""))
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let page = text(of: "docs/compatibility.md")

    /// What the service's sources say, all in one.
    static let service: String = {
        let folder = root.appending(path: "Sources/Service").path
        let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".swift") }.map { text(of: "Sources/Service/\($0)") }.joined()
    }()

    private static func text(of path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    /// The rows of the tables whose first column is called so.
    static func rows(of kind: String) -> [CompatibilityRow] {
        var isInside = false
        return page.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
            guard line.hasPrefix("|") else {
                isInside = false
                return nil
            }
            if line == "| \(kind) | example | here |" { isInside = true }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard isInside, cells.count == 5, cells[2].hasPrefix("`") else { return nil }
            let names = cells[1].split(separator: ",").map { $0.filter { $0 != "`" && $0 != " " } }
            return CompatibilityRow(names: names, example: cells[2].filter { $0 != "`" }, verdict: cells[3])
        }
    }
}

@Suite("docs/compatibility.md")
struct CompatibilityPageTests {
    private static let flagRows = CompatibilityRow.rows(of: "flag")
    private static let keyRows = CompatibilityRow.rows(of: "key")

    @Test("has a row for every flag and every key, and for no other")
    func completeness() {
        #expect(Set(Self.flagRows.flatMap(\.names)) == Set(LegacyFlag.all.map(\.name)))
        #expect(Set(Self.keyRows.flatMap(\.names)) == Set(LegacyKey.all.map(\.name)))
    }

    @Test("is right about each flag", arguments: flagRows)
    func flags(row: CompatibilityRow) throws {
        let words = row.example.split(separator: " ").map(String.init)
        let first = row.names.first ?? String(words[0].dropFirst(2))
        try check(row, subject: "--\(first)", plain: ["the channel", "the file, see the keys below"]) {
            try LegacyOrder(try LegacyCommandLine(parsing: words).values)
        }
    }

    @Test("is right about each key", arguments: keyRows)
    func keys(row: CompatibilityRow) throws {
        let first = row.names.first ?? ""
        try check(row, subject: "'\(first)'", plain: ["the channel"]) {
            try LegacyConfiguration(parsing: Data(row.example.utf8), named: "f").order
        }
    }

    @Test("tells callbacks by events, and fields of documents, that there are")
    func events() {
        let lines = CompatibilityRow.page.split(separator: "\n")
        let start = lines.firstIndex { $0.hasPrefix("| up to 3.0.6 | 4.x |") } ?? lines.endIndex
        let cells = lines[start...].dropFirst(2).prefix { $0.hasPrefix("|") }.map {
            $0.split(separator: "|").last ?? ""
        }
        let words = cells.flatMap { cell in
            cell.matches(of: /`([a-z][A-Za-z]+)`/).map { String($0.output.1) }
        }
        #expect(words.count > 20)
        for word in words where word != "type" {
            let isThere = ["\"\(word)\"", "var \(word):"].contains { CompatibilityRow.service.contains($0) }
            #expect(isThere, "nothing is called \(word)")
        }
    }

    @Test("asks for fields that there are")
    func fields() {
        let names = CompatibilityRow.page.matches(of: /`\{"(\w+)": ?\{?"?/).map { String($0.output.1) }
        let requests = names.filter { !LegacyKey.all.map(\.name).contains($0) }
        #expect(requests.count > 5)
        for name in requests { #expect(RecordingRequest.fields.contains(name), "no request has \(name)") }
    }

    /// Compares what the page says of an example with what is made of it.
    private func check(
        _ row: CompatibilityRow, subject: String, plain: [String], _ read: () throws -> LegacyOrder
    ) throws {
        let place = subject.hasPrefix("'") ? "f: " : ""
        if let sentence = row.verdict.wholeMatch(of: /refused: (.*)/)?.output.1 {
            #expect(throws: LegacyRefusal([place + sentence])) { try read() }
            return
        }
        let order = try read()
        if let reason = row.verdict.wholeMatch(of: /ignored: (.*)/)?.output.1 {
            #expect(order.notes == ["\(place)\(subject) means nothing here: \(reason)"])
            #expect(order.options == [])
        } else if row.verdict.hasPrefix("becomes ") {
            #expect(order.notes == [])
            #expect(order.options == row.options)
            #expect(!order.options.isEmpty)
            var (service, request) = (ServiceOptions(), RecordingRequest(channel: "room"))
            try order.fill(&service, &request)
            #expect((service, request) != (ServiceOptions(), RecordingRequest(channel: "room")))
        } else if row.verdict == "nothing to do" {
            #expect(order == LegacyOrder())
        } else {
            #expect(plain.contains(row.verdict), "\(row.verdict) is no verdict")
            #expect(order.channel == (row.verdict == "the channel" ? "room" : ""))
        }
    }
}
