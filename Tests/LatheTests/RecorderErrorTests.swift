import Foundation
import Service
import Testing

@testable import Lathe

@Suite("Errors")
struct RecorderErrorTests {
    @Test(
        "have the numbers of the product that Lathe stands in for",
        arguments: [
            (400, "channel", 102), (400, "uid", 121), (400, "names", 2), (404, nil, 2), (409, "directory", 19),
            (409, "state", 8), (503, nil, 22), (507, "directory", 1),
        ] as [(Int, String?, Int)])
    func codes(status: Int, field: String?, code: Int) {
        let problem = Problem(status: status, title: "t", detail: "why", field: field)
        let error = RecorderError(problem as any Error)
        #expect((error.code.rawValue, error.message, error.field) == (code, "why", field))
    }

    @Test("stay what they are, and others get a word")
    func others() {
        #expect(RecorderError(RecorderError.noProxy as any Error) == .noProxy)
        #expect(RecorderError(CocoaError(.fileNoSuchFile)).code == .failed)
    }

    @Test("of what is not supported say what docs/compatibility.md says")
    func sentences() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/compatibility.md"), encoding: .utf8)
        for error in [RecorderError.noComposite, .noDrawing, .noSecrets, .noProxy] {
            #expect(error.code == .notSupported)
            // What is wrong; the remedy depends on where it was asked for.
            let reason = error.message.prefix { $0 != ";" && $0 != "," }
            #expect(page.contains(reason), "\(reason)")
        }
    }
}
