import Foundation
import Lathe
import Testing

@Suite("lathe.h")
struct HeaderTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: "Sources/CLathe/" + path), encoding: .utf8)
    }

    @Test("declares every function that there is, and no other")
    func functions() throws {
        let header = try Self.text("include/lathe.h").split(separator: "\n").filter { !$0.hasPrefix("///") }
        let declared = header.flatMap { $0.matches(of: /\b(lathe_\w+)\(/).map { String($0.output.1) } }
        let sources = try ["ServiceFunctions", "RecorderFunctions", "ControlFunctions", "ObserverFunctions"].map {
            try Self.text($0 + ".swift")
        }
        let made = sources.joined().matches(of: /@_cdecl\("(\w+)"\)/).map { String($0.output.1) }
        #expect(declared.count > 25)
        #expect(declared.sorted() == made.sorted())
    }

    @Test("has the numbers of errors")
    func errors() throws {
        let numbers = try Self.text("include/lathe.h").matches(of: /LATHE_[A-Z_]+ = (\d+)/).compactMap {
            Int($0.output.1)
        }
        #expect(numbers == ErrorCode.allCases.map(\.rawValue))
    }
}
