import Foundation
import HTTPServer
import Service

/// The control API: `/v1/recordings`, `/v1/channels`, `/v1/server`.
struct RecordingRoutes {
    let hub: Hub

    private struct RecordingList: Encodable { var recordings: [RecordingDocument] }
    private struct FileList: Encodable { var files: [FileDocument] }

    /// Any value, unread.
    private struct Ignored: Decodable { init(from decoder: any Decoder) {} }

    /// One file of a recording's directory.
    private struct FileDocument: Encodable {
        var name: String
        var byteCount: Int
        var url: String
    }

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        switch (segments.first, segments.count) {
        case ("recordings", 1): return try await collection(request)
        case ("recordings", 2):
            try request.require(.get)
            return try .json(withURLs(try await hub.recording(segments[1])))
        case ("recordings", 3) where segments[2] == "stop":
            try request.require(.post)
            return try .json(withURLs(try await hub.stopRecording(segments[1])), status: 202)
        case ("recordings", 3) where segments[2] == "hold":
            try request.require(.put, .delete)
            return try .json(withURLs(try await hub.hold(segments[1], request.method == .put)))
        case ("recordings", 3) where segments[2] == "files":
            try request.require(.get)
            return try await files(of: segments[1])
        case ("recordings", 4) where segments[2] == "files":
            try request.require(.get)
            return try await file(segments[3], of: segments[1])
        case ("channels", 1):
            try request.require(.get)
            return try .json(["channels": await hub.channels()])
        case ("server", 1):
            try request.require(.get)
            return try .json(await hub.describeServer())
        case ("server", 2) where segments[1] == "drain":
            try request.require(.post)
            await hub.beginWindingDown()
            return .text("starting no recording any more, and ending when the last is over\n", status: 202)
        default: throw Problem(status: 404, title: "Not found", detail: "there is nothing at \(request.path)")
        }
    }

    private func collection(_ request: HTTPRequest) async throws -> HTTPResponse {
        if request.method == .get || request.method == .head {
            let list = await hub.recordings(channel: request.query["channel"]).map(withURLs)
            return try .json(RecordingList(recordings: list))
        }
        try request.require(.get, .post)
        let made = withURLs(try await hub.startRecording(try Self.parse(request)))
        var response = try HTTPResponse.json(made, status: 201)
        response.headers["Location"] = "/v1/recordings/\(made.id)"
        return response
    }

    /// Reads the request's document, and says which field is wrong.
    ///
    /// Another type than JSON is refused: it is all that a page of another origin could send without asking first
    /// (Fetch Standard, "CORS-safelisted request-header").
    private static func parse(_ request: HTTPRequest) throws -> RecordingRequest {
        let type = request.headers["Content-Type"]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw Problem(
                status: 415, title: "Unsupported media type", detail: "send the document as application/json",
                field: "Content-Type")
        }
        let bad = { (detail: String, field: String?) in
            Problem(status: 400, title: "Bad request", detail: detail, field: field)
        }
        do {
            let names = try JSONDecoder().decode([String: Ignored].self, from: Data(request.body)).keys
            if let unknown = names.filter({ !RecordingRequest.fields.contains($0) }).min() {
                throw bad(
                    "there is no '\(unknown)'; known are: \(RecordingRequest.fields.joined(separator: ", "))", unknown)
            }
            return try JSONDecoder().decode(RecordingRequest.self, from: Data(request.body))
        } catch DecodingError.keyNotFound(let key, _) {
            throw bad("'\(key.stringValue)' is missing", key.stringValue)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let field = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw bad("'\(field)' has the wrong type: \(context.debugDescription)", field)
        } catch DecodingError.dataCorrupted(let context) {
            let field = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw bad(
                field.isEmpty
                    ? "the body is not JSON; send {\"channel\": \"NAME\"}" : "'\(field)' is not a known value",
                field.isEmpty ? "body" : field)
        }
    }

    private func withURLs(_ document: RecordingDocument) -> RecordingDocument {
        var document = document
        for index in document.takes.indices {
            document.takes[index].url = Self.url(of: document.takes[index].file, in: document.id)
        }
        return document
    }

    private static func url(of file: String, in id: String) -> String {
        let name = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
        return "/v1/recordings/\(id)/files/\(name)"
    }

    private static func names(in directory: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            throw Problem(status: 404, title: "Not found", detail: "the recording's directory \(directory) is gone")
        }
    }

    private func files(of id: String) async throws -> HTTPResponse {
        let directory = try await hub.recording(id).directory
        let names = try Self.names(in: directory)
        let files = names.filter { !$0.hasPrefix(".") }.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            return FileDocument(
                name: name, byteCount: (attributes?[.size] as? NSNumber)?.intValue ?? 0,
                url: Self.url(of: name, in: id))
        }
        return try .json(FileList(files: files))
    }

    private func file(_ name: String, of id: String) async throws -> HTTPResponse {
        let directory = try await hub.recording(id).directory
        // Only names that the directory really lists, so that no path leads out of it.
        let known = try Self.names(in: directory)
        guard known.contains(name), !name.hasPrefix(".") else {
            throw Problem(status: 404, title: "Not found", detail: "the recording has no file '\(name)'")
        }
        return HTTPResponse(
            status: 200, headers: ["Content-Type": Self.contentType(of: name)],
            body: .file(path: directory + "/" + name))
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "mp4": "video/mp4"
        case "m4a": "audio/mp4"
        case "aac": "audio/aac"
        case "webm": "video/webm"
        case "json": "application/json"
        default: "text/plain; charset=utf-8"
        }
    }
}
