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
            (#"{"channel": "a", "media": "audio", "mp3": "wav"}"#, "mp3"),
            (#"{"channel": "a", "mp3": "beside"}"#, "mp3"),
            (#"{"channel": "a", "media": "video", "mp3": "only"}"#, "mp3"),
            (#"{"channel": "a", "media": "audio", "mp3": "only", "mp3Rate": 22050}"#, "mp3Rate"),
            (#"{"channel": "a", "splitting": 1}"#, "splitting"), (#"{"channel": "a", "streamType": 2}"#, "streamType"),
            (#"{"channel": "a", "onLoss": "x"}"#, "onLoss"),
            (#"{"channel": "a", "splitting": "legacy", "audio": "opus"}"#, "audio"),
            (#"{"channel": "a", "directory": ""}"#, "directory"), (#"{"channel": "a", "media": 1}"#, "media"),
            (#"{"channel": "a", "trigger": "later"}"#, "trigger"), (#"{"channel": "a", "onPause": ""}"#, "onPause"),
            (#"{"channel": "a", "chunkSeconds": 9}"#, "chunkSeconds"),
            (#"{"channel": "a", "chunkBytes": 9}"#, "chunkBytes"),
            (#"{"channel": "a", "maximumSeconds": -1}"#, "maximumSeconds"),
            (#"{"channel": "a", "names": "{uid}"}"#, "names"),
            (#"{"channel": "a", "audioUsers": {"matching": "("}}"#, "audioUsers"),
            (#"{"channel": "a", "atMaximum": "die"}"#, "atMaximum"), (#"{"channel": "a", "idle": 60}"#, "idle"),
        ])
    func refusals(body: String, field: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.post, "/v1/recordings", body, type: "application/json")
            #expect(response.status == 400)
            #expect(try response.object["field"] as? String == field)
            #expect(try await (fixture.respond(.get, "/v1/recordings").object["recordings"] as? [Any])?.count == 0)
        }
    }

    @Test("makes MP3 of sound alone, as the request or else the server says, for as long as it is that")
    func mp3() async throws {
        try await RouterFixture.with([("mp3", "beside"), ("mp3-rate", "32000")]) { fixture in
            func start(_ body: String) async throws -> [String: Any] {
                try await fixture.respond(.post, "/v1/recordings", body, type: "application/json").object
            }
            let usual = try await start(#"{"channel": "a", "media": "audio"}"#)
            #expect(usual["mp3"] as? String == "beside" && usual["mp3Rate"] as? Int == 32_000)
            let other = try await start(#"{"channel": "a", "media": "audio", "mp3": "only", "mp3Rate": 16000}"#)
            #expect(other["mp3"] as? String == "only" && other["mp3Rate"] as? Int == 16_000)
            let pictures = try await start(#"{"channel": "a"}"#)
            #expect(pictures["state"] as? String == "recording" && pictures["mp3"] == nil && pictures["mp3Rate"] == nil)
            let id = try #require(usual["id"] as? String)
            let change = #"{"media": "both"}"#
            let refused = try await fixture.respond(
                .patch, "/v1/recordings/\(id)", change, type: "application/json")
            #expect(refused.status == 409)
            #expect(try refused.object["field"] as? String == "media")
            let free = try #require(pictures["id"] as? String)
            #expect(
                try await fixture.respond(.patch, "/v1/recordings/\(free)", change, type: "application/json").status
                    == 200)
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

    @Test("records a channel several times at once, each as it was told, into directories of their own")
    func severalAtOnce() async throws {
        try await RouterFixture.with { fixture in
            let first = try await fixture.record("room")
            let response = try await fixture.respond(
                .post, "/v1/recordings", #"{"channel": "room", "media": "audio", "onPause": "hold"}"#,
                type: "application/json")
            #expect(response.status == 201)
            let second = try response.object
            #expect(first["directory"] as? String != second["directory"] as? String)
            let list =
                try await fixture.respond(.get, "/v1/recordings?channel=room").object["recordings"] as? [[String: Any]]
            let media = list?.map { ($0["control"] as? [String: Any])?["media"] as? String }
            #expect(media == ["audio", "both"])
            let taken = try #require(first["directory"] as? String)
            let refused = try await fixture.respond(
                .post, "/v1/recordings", #"{"channel": "room", "directory": "\#(taken)"}"#, type: "application/json")
            #expect(refused.status == 409)
            #expect(try refused.object["field"] as? String == "directory")
        }
    }

    @Test("starts one recording for requests of one key, however many come, and none for another request of that key")
    func idempotency() async throws {
        try await RouterFixture.with { fixture in
            let start: @Sendable (String, String) async throws -> HTTPResponse = { body, key in
                try await fixture.respond(
                    .post, "/v1/recordings", body, type: "application/json", headers: ["Idempotency-Key": key])
            }
            let ids = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await start(#"{"channel": "room"}"#, "k-1").object["id"] as? String }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            let id = try #require(ids.first ?? nil)
            _ = try await fixture.respond(.post, "/v1/recordings/\(id)/stop")
            // It may be over; the answer is the same recording.
            #expect(try await start(#"{"channel": "room"}"#, "k-1").object["id"] as? String == id)
            let other = try await start(#"{"channel": "other"}"#, "k-1")
            #expect(other.status == 422)
            #expect(try other.object["field"] as? String == "Idempotency-Key")
            #expect(try await start(#"{"channel": "room"}"#, "k-2").object["id"] as? String != id)
            for key in ["", "a b", String(repeating: "x", count: 256)] {
                #expect(try await start(#"{"channel": "room"}"#, key).status == 400)
            }
            // What was refused leaves no trace of its key.
            #expect(try await start(#"{"channel": "a/b"}"#, "k-3").status == 400)
            #expect(try await start(#"{"channel": "room"}"#, "k-3").status == 201)
        }
    }

    @Test("lists recordings by pages, newest first, those that are over too")
    func pages() async throws {
        try await RouterFixture.with { fixture in
            var made: [String] = []
            for number in 0..<5 {
                let id = try #require(try await fixture.record(number % 2 == 0 ? "even" : "odd")["id"] as? String)
                made.insert(id, at: 0)
                if number < 3 { _ = try await fixture.respond(.post, "/v1/recordings/\(id)/stop") }
            }
            for (query, expected) in [("", made), ("channel=even&", [made[0], made[2], made[4]])] {
                var (seen, after) = ([String](), "")
                while true {
                    let page = try await fixture.respond(.get, "/v1/recordings?\(query)limit=2\(after)").object
                    let list = try #require(page["recordings"] as? [[String: Any]])
                    #expect(list.count <= 2)
                    seen += list.compactMap { $0["id"] as? String }
                    guard let next = page["next"] as? String else { break }
                    after = "&after=\(next)"
                }
                #expect(seen == expected)
            }
            for (query, field, status) in [
                ("limit=0", "limit", 400), ("limit=x", "limit", 400), ("after=nobody", "after", 404),
                ("page=2", "page", 400),
            ] {
                let response = try await fixture.respond(.get, "/v1/recordings?\(query)")
                #expect(response.status == status)
                #expect(try response.object["field"] as? String == field)
            }
        }
    }

    @Test("pauses, goes on, changes who is recorded, and tells it")
    func control() async throws {
        try await RouterFixture.with { fixture in
            let id = try #require(try await fixture.record("room")["id"] as? String)
            let path = "/v1/recordings/\(id)"
            #expect(try await fixture.respond(.post, path + "/pause").object["isPaused"] as? Bool == true)
            #expect(try await fixture.respond(.post, path + "/pause").object["isPaused"] as? Bool == true)
            #expect(try await fixture.respond(.post, path + "/resume").object["isPaused"] as? Bool == false)
            let changed = try await fixture.respond(
                .patch, path,
                #"{"videoUsers": {"only": ["1"]}, "streamType": 1, "streamTypes": {"7": 0}, "idleSeconds": 20}"#,
                type: "application/json"
            ).object
            let control = try #require(changed["control"] as? [String: Any])
            #expect((control["videoUsers"] as? [String: Any])?["only"] as? [String] == ["1"])
            #expect(control["streamTypes"] as? [String: Int] == ["7": 0])
            #expect(changed["streamType"] as? Int == 1)
            #expect(changed["idleSeconds"] as? Int == 20)
            let stopped = try await fixture.respond(.post, path + "/users/7/stop").object
            #expect(stopped["stoppedUsers"] as? [String] == ["7"])
            let started = try await fixture.respond(.post, path + "/users/7/start").object
            #expect(started["stoppedUsers"] as? [String] == [])
            for uid in ["0", "-1", "%C3%97%C3%B8", String(repeating: "7", count: 256)] {
                let refused = try await fixture.respond(.post, path + "/users/\(uid)/stop")
                #expect(refused.status == 400)
                #expect(try refused.object["field"] as? String == "uid")
            }
            let events = try #require(started["events"] as? [[String: Any]]).compactMap { $0["type"] as? String }
            #expect(events == ["started", "paused", "unpaused", "updated", "userStopped", "userStarted"])
            #expect((started["pauses"] as? [Any])?.count == 1)
            _ = try await fixture.respond(.post, path + "/stop")
            for (method, place) in [(HTTPMethod.post, "/pause"), (.post, "/resume"), (.post, "/users/7/stop")] {
                let late = try await fixture.respond(method, path + place)
                #expect(late.status == 409)
                #expect(try late.object["field"] as? String == "state")
            }
        }
    }

    @Test(
        "refuses changes by the name of what is wrong in them",
        arguments: [
            (#"{"audioUsers": {"only": ["1"], "except": ["2"]}}"#, "audioUsers"),
            (#"{"videoUsers": {"matching": "["}}"#, "videoUsers"),
            (#"{"streamTypes": {"7": 2}}"#, "streamTypes.7"), (#"{"streamTypes": ["7"]}"#, "streamTypes"),
            (#"{"idleSeconds": 1}"#, "idleSeconds"), (#"{"maximumSeconds": 0}"#, "maximumSeconds"),
            (#"{"names": "x"}"#, "names"),
            (#"{"media": "none"}"#, "media"), (#"{"audioUsers": []}"#, "audioUsers"),
        ])
    func badChanges(body: String, field: String) async throws {
        try await RouterFixture.with { fixture in
            let id = try #require(try await fixture.record("room")["id"] as? String)
            let response = try await fixture.respond(.patch, "/v1/recordings/\(id)", body, type: "application/json")
            #expect(response.status == 400)
            #expect(try response.object["field"] as? String == field)
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
