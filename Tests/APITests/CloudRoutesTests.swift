import Foundation
import HTTPServer
import Testing

@testable import Service

@Suite("The cloud recorder's paths")
struct CloudRoutesTests {
    private static let app = "/v1/apps/0123456789abcdef0123456789abcdef/cloud_recording"
    private static let body = #"{"cname": "room", "uid": "527841", "clientRequest": {}}"#

    private static func post(
        _ fixture: RouterFixture, _ path: String, _ body: String = body
    ) async throws -> HTTPResponse {
        try await fixture.respond(.post, app + path, body, type: "application/json;charset=utf-8")
    }

    private static func acquire(_ fixture: RouterFixture, _ body: String = body) async throws -> String {
        let response = try await post(fixture, "/acquire", body)
        #expect(response.status == 200)
        return try #require(try response.object["resourceId"] as? String)
    }

    /// Starts a recording, and returns its path from the resource on to the mode.
    private static func start(_ fixture: RouterFixture, _ body: String = body) async throws -> String {
        let resource = try await acquire(fixture, body)
        let response = try await post(fixture, "/resourceid/\(resource)/mode/individual/start", body)
        #expect(response.status == 200)
        let sid = try #require(try response.object["sid"] as? String)
        return "/resourceid/\(resource)/sid/\(sid)/mode/individual"
    }

    private static func expect(
        _ response: HTTPResponse, _ status: Int, _ code: Int, _ place: SourceLocation = #_sourceLocation
    ) throws {
        #expect(response.status == status, sourceLocation: place)
        #expect(response.headers["Content-Type"] == "application/json", sourceLocation: place)
        #expect(try response.object["code"] as? Int == code, sourceLocation: place)
        #expect((try response.object["reason"] as? String)?.isEmpty == false, sourceLocation: place)
    }

    @Test("acquire, start, query, update and stop, each once")
    func life() async throws {
        try await RouterFixture.with { fixture in
            let acquired = try await Self.post(
                fixture, "/acquire", #"{"cname": "room", "uid": "527841", "clientRequest": {"region": "EU"}}"#)
            #expect(try acquired.object["cname"] as? String == "room")
            #expect(try acquired.object["uid"] as? String == "527841")
            #expect(try acquired.object["ignored"] as? [String] == ["clientRequest.region"])
            let path = try await Self.start(fixture)
            let queried = try await fixture.respond(.get, Self.app + path + "/query")
            #expect(queried.status == 200)
            let server = try #require(try queried.object["serverResponse"] as? [String: Any])
            #expect(server["status"] as? Int == 4)
            let sid = try #require(try queried.object["sid"] as? String)
            #expect(try await fixture.hub.recording(sid).channel == "room")
            let update = #"{"streamSubscribe": {"audioUidList": {"subscribeAudioUids": ["7"]}}}"#
            let updated = try await Self.post(
                fixture, path + "/update", #"{"cname": "room", "uid": "527841", "clientRequest": \#(update)}"#)
            #expect(Set(try updated.object.keys) == ["cname", "uid", "resourceId", "sid"])
            #expect(try await fixture.hub.recording(sid).control?.audioUsers == UserSelection(only: ["7"]))
            #expect(try await fixture.hub.recording(sid).control?.videoUsers == .nobody)
            // Nobody came.
            try Self.expect(try await Self.post(fixture, path + "/stop"), 206, 435)
            let over = try await fixture.respond(.get, Self.app + path + "/query").object["serverResponse"]
            #expect((over as? [String: Any])?["status"] as? Int == 8)
            try Self.expect(try await Self.post(fixture, path + "/stop"), 400, 49)
            try Self.expect(
                try await Self.post(
                    fixture, path + "/update", #"{"cname": "room", "uid": "527841", "clientRequest": \#(update)}"#),
                404, 404)
        }
    }

    @Test("start once: again with the same resource is 7, or 433 when it is over, with another one 53")
    func repeats() async throws {
        try await RouterFixture.with { fixture in
            let resource = try await Self.acquire(fixture)
            let start = "/resourceid/\(resource)/mode/individual/start"
            let first = try await Self.post(fixture, start)
            #expect(first.status == 200)
            let again = try await Self.post(fixture, start)
            try Self.expect(again, 201, 7)
            #expect(try again.object["sid"] as? String == first.object["sid"] as? String)
            let other = try await Self.acquire(fixture)
            try Self.expect(try await Self.post(fixture, "/resourceid/\(other)/mode/individual/start"), 400, 53)
            // Another uid records beside it.
            _ = try await Self.start(fixture, #"{"cname": "room", "uid": "2"}"#)
            let sid = try #require(try first.object["sid"] as? String)
            let stop = "/resourceid/\(resource)/sid/\(sid)/mode/individual/stop"
            let stopped = try await Self.post(
                fixture, stop, #"{"cname": "room", "uid": "527841", "clientRequest": {"async_stop": true}}"#)
            #expect(stopped.status == 200 || stopped.status == 206)
            _ = try await fixture.hub.settled(sid, within: .seconds(20))
            try Self.expect(try await Self.post(fixture, start), 400, 433)
            #expect(try await Self.post(fixture, "/resourceid/\(other)/mode/individual/start").status == 200)
        }
    }

    @Test("start one of several that ask at once")
    func atOnce() async throws {
        try await RouterFixture.with { fixture in
            var resources: [String] = []
            for _ in 0..<4 { resources.append(try await Self.acquire(fixture)) }
            let codes = try await withThrowingTaskGroup(of: Int.self) { group in
                for resource in resources {
                    group.addTask {
                        try await Self.post(fixture, "/resourceid/\(resource)/mode/individual/start").status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.sorted() == [200, 400, 400, 400])
        }
    }

    @Test("refuse a resource that is too old, is no resource, or is somebody else's")
    func resources() async throws {
        try await RouterFixture.with { fixture in
            let appID = "0123456789abcdef0123456789abcdef"
            let old = CloudResource(appID: appID, channel: "room", uid: 527_841, atUnixSeconds: 1_000_000)
            try Self.expect(try await Self.post(fixture, "/resourceid/\(old.text)/mode/individual/start"), 400, 433)
            try Self.expect(try await Self.post(fixture, "/resourceid/x/mode/individual/start"), 400, 1001)
            let resource = try await Self.acquire(fixture)
            let start = "/resourceid/\(resource)/mode/individual/start"
            for other in [#"{"cname": "other", "uid": "527841"}"#, #"{"cname": "room", "uid": "5"}"#] {
                try Self.expect(try await Self.post(fixture, start, other), 400, 1003)
            }
            let elsewhere = try await fixture.respond(
                .post, "/v1/apps/other/cloud_recording" + start, Self.body, type: "application/json")
            try Self.expect(elsewhere, 400, 1003)
            #expect(await fixture.hub.recordings().isEmpty)
        }
    }

    @Test("find a recording only by its own resource, sid and App ID")
    func strangers() async throws {
        try await RouterFixture.with { fixture in
            let path = try await Self.start(fixture)
            let parts = path.split(separator: "/")
            let other = try await Self.acquire(fixture)
            for wrong in [
                Self.app + "/resourceid/\(parts[1])/sid/none/mode/individual/query",
                Self.app + "/resourceid/\(other)/sid/\(parts[3])/mode/individual/query",
                "/v1/apps/other/cloud_recording\(path)/query",
            ] {
                try Self.expect(try await fixture.respond(.get, wrong), 404, 404)
            }
            for wrong in [#"{"cname": "other", "uid": "527841"}"#, #"{"cname": "room", "uid": "1"}"#] {
                try Self.expect(try await Self.post(fixture, path + "/stop", wrong), 404, 404)
            }
            try Self.expect(try await Self.post(fixture, path + "/updateLayout"), 400, 49)
        }
    }

    @Test(
        "refuse what cannot be done, by number",
        arguments: [
            ("/acquire", #"{"uid": "1"}"#, 400, 2), ("/acquire", #"{"cname": "room"}"#, 400, 2),
            ("/acquire", #"{"cname": "room", "uid": "0"}"#, 400, 2), ("/acquire", "[]", 400, 2),
            ("/acquire", #"{"cname": "a/b", "uid": "1"}"#, 400, 401),
            ("/acquire", #"{"cname": "room", "uid": "1", "clientRequest": {"scene": 1}}"#, 400, 2),
            ("/resourceid/x/mode/mix/start", body, 400, 2), ("/resourceid/x/mode/web/start", body, 400, 2),
            ("/resourceid/x/mode/other/start", body, 400, 2),
            ("/resourceid/x/sid/y/mode/mix/updateLayout", body, 400, 2),
            ("/resourceid/x/sid/y/mode/individual/stop", body, 400, 1001), ("", body, 404, 404),
            ("/other", body, 404, 404),
            ("/resourceid/x/sid/y/mode/individual/other", body, 404, 404),
            ("/resourceid/x/sid/y/mode/individual/query", body, 405, 405),
        ])
    func refusals(path: String, body: String, status: Int, code: Int) async throws {
        try await RouterFixture.with { fixture in
            try Self.expect(try await Self.post(fixture, path, body), status, code)
        }
    }

    @Test("want JSON, an App ID, and the methods that are documented")
    func forms() async throws {
        try await RouterFixture.with { fixture in
            let plain = try await fixture.respond(.post, Self.app + "/acquire", Self.body, type: "text/plain")
            try Self.expect(plain, 400, 8)
            let other = try await fixture.respond(
                .post, "/v1/apps/a-b/cloud_recording/acquire", Self.body, type: "application/json")
            try Self.expect(other, 400, 400)
            let got = try await fixture.respond(.get, Self.app + "/acquire")
            try Self.expect(got, 405, 405)
            #expect(got.headers["Allow"] == "POST")
            for path in ["/v1/apps", "/v1/apps/a", "/v1/apps/a/other/acquire", "/v1/ncs", "/v1/ncs/other"] {
                try Self.expect(try await fixture.respond(.get, path), 404, 404)
            }
        }
    }

    @Test("answer the numbers for a server that stops, and for a disk that is full")
    func trouble() async throws {
        try await RouterFixture.with([("min-free", "1000t")]) { fixture in
            let full = try await Self.acquire(fixture)
            try Self.expect(try await Self.post(fixture, "/resourceid/\(full)/mode/individual/start"), 500, 502)
            await fixture.hub.beginWindingDown()
            try Self.expect(try await Self.post(fixture, "/resourceid/\(full)/mode/individual/start"), 500, 501)
        }
    }

    @Test("say where notifications come from")
    func addresses() async throws {
        try await RouterFixture.with([("public-ip", "203.0.113.7")]) { fixture in
            let response = try await fixture.respond(.get, "/v1/ncs/ip")
            #expect(response.status == 200)
            let data = try #require(try response.object["data"] as? [String: [String: [[String: String]]]])
            #expect(data["service"]?["hosts"]?.first?["primaryIP"] == "203.0.113.7")
        }
    }

    @Test("let only those in whom the operator named, if any were")
    func credentials() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "lathe-cloud-\(UUID().uuidString)")
        try Data("id:secret\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await RouterFixture.with([("cloud-credentials", file.path)]) { fixture in
            for authorization in [nil, "Basic " + Data("id:other".utf8).base64EncodedString()] {
                var headers: HTTPHeaders = [:]
                headers["Authorization"] = authorization
                let response = try await fixture.respond(
                    .post, Self.app + "/acquire", Self.body, type: "application/json", headers: headers)
                try Self.expect(response, 401, 401)
                #expect(response.headers["WWW-Authenticate"] == "Basic realm=\"lathe\"")
            }
            let headers: HTTPHeaders = ["Authorization": "Basic " + Data("id:secret".utf8).base64EncodedString()]
            let response = try await fixture.respond(
                .post, Self.app + "/acquire", Self.body, type: "application/json", headers: headers)
            #expect(response.status == 200)
            #expect(try await fixture.respond(.get, "/v1/ncs/ip").status == 401)
            // Other paths have no accounts.
            #expect(try await fixture.respond(.get, "/v1/recordings").status == 200)
        }
    }
}
