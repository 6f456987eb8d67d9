import Foundation
import Testing

@testable import HTTPServer

@Suite("Files over real sockets", .timeLimit(.minutes(1)))
struct FileTests {
    private let directory: URL
    private let path: String
    private let content: [UInt8] = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("take.mp4").path
        try Data(content).write(to: URL(fileURLWithPath: path))
    }

    private func server(_ path: String? = nil) throws -> HTTPServer {
        let path = path ?? self.path
        return try serve { _ in
            HTTPResponse(status: 200, headers: ["Content-Type": "video/mp4"], body: .file(path: path))
        }
    }

    @Test("are sent whole, and again only if they changed")
    func whole() async throws {
        let server = try server()
        let answer = try await curl(server, "/")
        #expect(answer.status == 200)
        #expect(answer.body == content)
        #expect(answer.headers["Content-Type"] == "video/mp4")
        #expect(answer.headers["Content-Length"] == "300000")
        #expect(answer.headers["Accept-Ranges"] == "bytes")
        let tag = try #require(answer.headers["ETag"])
        let again = try await curl(server, "/", "-H", "If-None-Match: \(tag)")
        #expect(again.status == 304)
        #expect(again.body == [])
        try Data(content + [1]).write(to: URL(fileURLWithPath: path))
        #expect(try await curl(server, "/", "-H", "If-None-Match: \(tag)").status == 200)
        await server.stop()
        try FileManager.default.removeItem(at: directory)
    }

    @Test("are sent in parts", arguments: [("bytes=1000-1999", 1000..<2000), ("bytes=-5", 299_995..<300_000)])
    func part(_ value: String, _ range: Range<Int>) async throws {
        let server = try server()
        let answer = try await curl(server, "/", "-H", "Range: \(value)")
        #expect(answer.status == 206)
        #expect(answer.body == Array(content[range]))
        #expect(answer.headers["Content-Length"] == "\(range.count)")
        #expect(answer.headers["Content-Range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/300000")
        await server.stop()
        try FileManager.default.removeItem(at: directory)
    }

    @Test("a part that is not there is answered with 416")
    func unsatisfiable() async throws {
        let server = try server()
        let answer = try await curl(server, "/", "-H", "Range: bytes=300000-")
        #expect(answer.status == 416)
        #expect(answer.headers["Content-Range"] == "bytes */300000")
        await server.stop()
        try FileManager.default.removeItem(at: directory)
    }

    @Test("HEAD tells their size")
    func head() async throws {
        let server = try server()
        let answer = try await curl(server, "/", "--head")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Length"] == "300000")
        await server.stop()
        try FileManager.default.removeItem(at: directory)
    }

    @Test("what is no file is answered with 404, and the empty one with nothing")
    func missing() async throws {
        let empty = directory.appendingPathComponent("empty").path
        try Data().write(to: URL(fileURLWithPath: empty))
        for (path, status) in [(path + "x", 404), (directory.path, 404), (path + "/x", 404), (empty, 200)] {
            let server = try server(path)
            #expect(try await curl(server, "/").status == status, "\(path)")
            await server.stop()
        }
        try FileManager.default.removeItem(at: directory)
    }
}
