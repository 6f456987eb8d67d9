import Foundation
import HTTPServer
import Service
import Testing

@Suite("The recordings' API")
struct RecordingRoutesTests {
    @Test("starts, shows, lists and stops a recording")
    func life() async throws {
        try await RouterFixture.with { fixture in
            let made = try await fixture.respond(
                .post, "/v1/recordings",
                #"{"channel": "room", "idleSeconds": 60, "audio": "opus", "streamType": 1, "onLoss": "keep"}"#,
                type: "application/json; charset=utf-8")
            #expect(made.status == 201)
            let id = try #require(try made.object["id"] as? String)
            #expect(made.headers["Location"] == "/v1/recordings/\(id)")
            let shown = try await fixture.respond(.get, "/v1/recordings/\(id)").object
            #expect(shown["channel"] as? String == "room")
            #expect(shown["state"] as? String == "recording")
            #expect(shown["idleSeconds"] as? Int == 60)
            #expect(shown["audio"] as? String == "opus")
            #expect(shown["streamType"] as? Int == 1)
            #expect(shown["onLoss"] as? String == "keep")
            #expect(shown["container"] as? String == "auto")
            #expect(shown["splitting"] as? String == "continuous")
            for (path, count) in [("", 1), ("?channel=room", 1), ("?channel=other", 0)] {
                let list = try await fixture.respond(.get, "/v1/recordings\(path)").object["recordings"] as? [Any]
                #expect(list?.count == count)
            }
            let stopped = try await fixture.respond(.post, "/v1/recordings/\(id)/stop")
            #expect(stopped.status == 202)
            #expect(try (stopped.object["end"] as? [String: Any])?["leaveCode"] as? Int == 16)
            #expect(try await fixture.respond(.post, "/v1/recordings/\(id)/stop").status == 202)
        }
    }

    @Test(
        "refuses a document by the name of what is wrong in it",
        arguments: [
            ("", "body"), ("{", "body"), ("{}", "channel"), (#"{"channel": 7}"#, "channel"),
            (#"{"channel": null}"#, "channel"), (#"{"channel": ""}"#, "channel"), (#"{"channel": "a/b"}"#, "channel"),
            (#"{"channel": "a", "idleSeconds": 1}"#, "idleSeconds"),
            (#"{"channel": "a", "idleSeconds": "60"}"#, "idleSeconds"),
            (#"{"channel": "a", "mode": "composite"}"#, "mode"), (#"{"channel": "a", "audio": "mp3"}"#, "audio"),
            (#"{"channel": "a", "container": "avi"}"#, "container"),
            (#"{"channel": "a", "splitting": 1}"#, "splitting"), (#"{"channel": "a", "streamType": 2}"#, "streamType"),
            (#"{"channel": "a", "onLoss": "x"}"#, "onLoss"),
            (#"{"channel": "a", "splitting": "legacy", "audio": "opus"}"#, "audio"),
            (#"{"channel": "a", "directory": ""}"#, "directory"), (#"{"channel": "a", "idle": 60}"#, "idle"),
        ])
    func refusals(body: String, field: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.post, "/v1/recordings", body, type: "application/json")
            #expect(response.status == 400)
            #expect(try response.object["field"] as? String == field)
            #expect(try await (fixture.respond(.get, "/v1/recordings").object["recordings"] as? [Any])?.count == 0)
        }
    }

    @Test("refuses documents that any page may send unasked", arguments: ["text/plain", nil])
    func types(type: String?) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.post, "/v1/recordings", #"{"channel": "room"}"#, type: type)
            #expect(response.status == 415)
            #expect(try response.object["field"] as? String == "Content-Type")
        }
    }

    @Test("says that a channel is recorded already")
    func conflict() async throws {
        try await RouterFixture.with { fixture in
            let first = try await fixture.record("room")
            let response = try await fixture.respond(
                .post, "/v1/recordings", #"{"channel": "room"}"#, type: "application/json")
            #expect(response.status == 409)
            let problem = try response.object
            #expect(problem["field"] as? String == "channel")
            #expect((problem["detail"] as? String)?.contains(try #require(first["id"] as? String)) == true)
        }
    }

    @Test("lists and serves a recording's files; ranges are the server's part")
    func files() async throws {
        try await RouterFixture.with { fixture in
            let recording = try await fixture.record("room")
            let id = try #require(recording["id"] as? String)
            let directory = try #require(recording["directory"] as? String)
            let list = try await fixture.respond(.get, "/v1/recordings/\(id)/files").object["files"] as? [[String: Any]]
            let file = try #require(list?.first { $0["name"] as? String == "metadata.txt" })
            let url = try #require(file["url"] as? String)
            #expect(url == "/v1/recordings/\(id)/files/metadata.txt")
            #expect(file["byteCount"] as? Int ?? 0 > 0)
            let response = try await fixture.respond(.get, url, headers: ["Range": "bytes=0-3"])
            #expect(response.status == 200)
            #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
            guard case .file(let path) = response.body else {
                Issue.record("the answer is no file")
                return
            }
            #expect(path == directory + "/metadata.txt")
        }
    }

    @Test(
        "gives no file that is not in the directory's list, whatever its name",
        arguments: ["nothing.mp4", ".hidden", "..hidden", "recording.json%20", "%5C..%5C..%5Cpasswd"])
    func noFile(name: String) async throws {
        try await RouterFixture.with { fixture in
            let recording = try await fixture.record("room")
            let directory = try #require(recording["directory"] as? String)
            try Data("x".utf8).write(to: URL(fileURLWithPath: directory + "/.hidden"))
            let id = try #require(recording["id"] as? String)
            #expect(try await fixture.respond(.get, "/v1/recordings/\(id)/files/\(name)").status == 404)
            let list = try await fixture.respond(.get, "/v1/recordings/\(id)/files").text
            #expect(!list.contains("hidden"))
        }
    }

    @Test(
        "never hears of a path that leads out of the directory",
        arguments: [
            "/v1/recordings/x/files/..", "/v1/recordings/x/files/..%2F..%2Fpasswd", "/v1/recordings/x/files/%2e%2e",
        ])
    func traversal(path: String) { #expect(HTTPTarget(path: path) == nil) }

    @Test("says so if the directory was taken away")
    func goneDirectory() async throws {
        try await RouterFixture.with { fixture in
            let recording = try await fixture.record("room")
            let id = try #require(recording["id"] as? String)
            let directory = try #require(recording["directory"] as? String)
            // Moved, since its log is being written.
            try FileManager.default.moveItem(atPath: directory, toPath: fixture.hub.options.recordRoot + "/elsewhere")
            #expect(try await fixture.respond(.get, "/v1/recordings/\(id)/files").status == 404)
        }
    }

    @Test("tells of the server and its channels")
    func server() async throws {
        try await RouterFixture.with { fixture in
            let server = try await fixture.respond(.get, "/v1/server").object
            #expect((server["udpPorts"] as? [Int]) == fixture.hub.mediaPorts.map(Int.init))
            #expect(try await fixture.respond(.get, "/v1/channels").text == #"{"channels":[]}"#)
        }
    }
}
