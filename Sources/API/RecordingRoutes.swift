import Foundation
import HTTPServer
import Service

/// The control API: `/v1/recordings`, `/v1/channels`, `/v1/server`.
struct RecordingRoutes {
    let hub: Hub

    private struct RecordingList: Encodable {
        var recordings: [RecordingDocument]
        var next: String?
    }

    private struct FileList: Encodable { var files: [FileDocument] }

    /// One file of a recording's directory.
    private struct FileDocument: Encodable {
        var name: String
        var byteCount: Int
        var url: String
    }

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        switch (segments.first, segments.count) {
        case ("recordings", 1): return try await collection(request)
        case ("recordings", 2): return try await one(request, segments[1])
        case ("recordings", 3...): return try await part(request, Array(segments.dropFirst()))
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

    /// One recording: what it is, or what to change about it.
    private func one(_ request: HTTPRequest, _ id: String) async throws -> HTTPResponse {
        try request.require(.get, .patch)
        guard request.method == .patch else { return try .json(withURLs(try await hub.recording(id))) }
        let update: RecordingUpdate = try request.document(
            fields: RecordingUpdate.fields, example: "{\"audioUsers\": {\"only\": [\"1\"]}}")
        return try .json(withURLs(try await hub.updateRecording(id, update)))
    }

    /// What lies below one recording: `segments` begins with its id.
    private func part(_ request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        let id = segments[0]
        switch (segments[1], segments.count) {
        case ("stop", 2):
            try request.require(.post)
            return try .json(withURLs(try await hub.stopRecording(id)), status: 202)
        case ("pause", 2):
            try request.require(.post)
            return try .json(withURLs(try await hub.pauseRecording(id)))
        case ("resume", 2):
            try request.require(.post)
            return try .json(withURLs(try await hub.resumeRecording(id)))
        case ("hold", 2):
            try request.require(.put, .delete)
            return try .json(withURLs(try await hub.hold(id, request.method == .put)))
        case ("users", 4) where ["start", "stop"].contains(segments[3]):
            try request.require(.post)
            return try .json(withURLs(try await hub.record(segments[2], segments[3] == "start", in: id)))
        case ("files", 2):
            try request.require(.get)
            return try await files(of: id)
        case ("files", 3):
            try request.require(.get)
            return try await file(segments[2], of: id)
        default: throw Problem(status: 404, title: "Not found", detail: "there is nothing at \(request.path)")
        }
    }

    private func collection(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.method != .post else { return try await start(request) }
        try request.require(.get, .post)
        try request.refuseParameters(besides: ["channel", "after", "limit"])
        let limit = try number("limit", request.query["limit"], in: 1...Int64(Hub.pageLimit))
        let page = try await hub.page(
            of: request.query["channel"], after: request.query["after"],
            limit: limit.map(Int.init) ?? Hub.usualPageCount)
        return try .json(RecordingList(recordings: page.recordings.map(withURLs), next: page.next))
    }

    private func start(_ request: HTTPRequest) async throws -> HTTPResponse {
        let wanted: RecordingRequest = try request.document(
            fields: RecordingRequest.fields, example: "{\"channel\": \"NAME\"}")
        let made = withURLs(try await hub.startRecording(wanted, key: request.headers["Idempotency-Key"]))
        var response = try HTTPResponse.json(made, status: 201)
        response.headers["Location"] = "/v1/recordings/\(made.id)"
        return response
    }

    private func withURLs(_ document: RecordingDocument) -> RecordingDocument {
        var document = document
        for index in document.takes.indices {
            document.takes[index].url = Self.url(of: document.takes[index].file, in: document.id)
        }
        return document
    }

    static func url(of file: String, in id: String) -> String {
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
        case "ts": "video/mp2t"
        case "mp4": "video/mp4"
        case "m4a": "audio/mp4"
        case "aac": "audio/aac"
        case "mp3": "audio/mpeg"
        case "webm": "video/webm"
        case "json": "application/json"
        default: "text/plain; charset=utf-8"
        }
    }
}
