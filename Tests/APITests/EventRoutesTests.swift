import Foundation
import HTTPServer
import Service
import Testing

@Suite("The events' API")
struct EventRoutesTests {
    /// Follows the events, and returns the ids and documents of the first so many.
    private static func follow(
        _ fixture: RouterFixture, _ target: String, headers: HTTPHeaders = [:], count: Int
    ) async throws -> [(id: Int64, type: String, channel: String)] {
        var headers = headers
        headers["Accept"] = "text/event-stream"
        let response = try await fixture.respond(.get, target, headers: headers)
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/event-stream")
        guard case .stream(let stream) = response.body else { throw CancellationError() }
        var text = ""
        for await bytes in stream {
            text += String(decoding: bytes, as: UTF8.self)
            if text.components(separatedBy: "\ndata: ").count > count { break }
        }
        return try text.components(separatedBy: "\n\n").filter { $0.hasPrefix("id: ") }.map { message in
            let lines = message.split(separator: "\n")
            let id = try #require(Int64(lines[0].dropFirst(4)))
            let event = try JSONDecoder().decode(EventDocument.self, from: Data(lines[1].dropFirst(6).utf8))
            #expect(event.id == id)
            return (id, event.type, event.channel)
        }
    }

    /// Records a channel in which nobody is, and returns the recording's id when all is over: three events.
    private static func record(_ channel: String, _ fixture: RouterFixture) async throws -> String {
        let id = try #require(try await fixture.record(channel)["id"] as? String)
        _ = try await fixture.respond(.post, "/v1/recordings/\(id)/stop")
        for _ in 0..<3000 {
            let page = try await fixture.respond(.get, "/v1/events?recording=\(id)&type=finished").object
            if let events = page["events"] as? [Any], !events.isEmpty { return id }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CancellationError()
    }

    @Test("gives pages, from any event on, of what is asked for")
    func pages() async throws {
        try await RouterFixture.with { fixture in
            let first = try await Self.record("one", fixture)
            _ = try await Self.record("two", fixture)
            let all = try await fixture.respond(.get, "/v1/events").object
            let events = try #require(all["events"] as? [[String: Any]])
            #expect(
                events.map { $0["type"] as? String } == [
                    "started", "stopping", "finished", "started", "stopping", "finished",
                ])
            #expect(events.map { $0["final"] as? Bool } == [nil, nil, true, nil, nil, true])
            let ids = events.compactMap { $0["id"] as? Int64 }
            #expect(all["next"] as? Int64 == ids.last)
            #expect(all["oldest"] as? Int64 == ids.first)
            for (query, count) in [
                ("recording=\(first)", 3), ("channel=two", 3), ("type=started,finished", 4), ("after=\(ids[3])", 2),
                ("limit=4", 4), ("channel=two&type=started", 1), ("channel=three", 0), ("after=\(ids[5])", 0),
            ] {
                let page = try await fixture.respond(.get, "/v1/events?\(query)").object
                #expect((page["events"] as? [Any])?.count == count, "\(query)")
            }
            let part = try await fixture.respond(.get, "/v1/events?limit=4").object
            #expect(part["next"] as? Int64 == ids[3])
        }
    }

    @Test("streams what happens, and goes on behind whatever event a client got last")
    func stream() async throws {
        try await RouterFixture.with { fixture in
            _ = try await Self.record("one", fixture)
            let all = try await Self.follow(fixture, "/v1/events?after=0", count: 3)
            #expect(all.map(\.type) == ["started", "stopping", "finished"])
            for (index, one) in all.enumerated() {
                // Whoever comes back names the last one in a header, which counts more than the address.
                if index == 2 { _ = try await Self.record("two", fixture) }
                let rest = try await Self.follow(
                    fixture, "/v1/events?after=0", headers: ["Last-Event-ID": "\(one.id)"], count: max(1, 2 - index))
                #expect(rest.first?.id == one.id + 1)
            }
            // Without an event to begin with, only what happens from now on is sent.
            async let live = Self.follow(fixture, "/v1/events?channel=three&type=started", count: 1)
            // Whether it listens yet is not told: it hears of one of these at the latest.
            for _ in 0..<100 where fixture.hub.followerCount == 0 { try await Task.sleep(for: .milliseconds(10)) }
            _ = try await Self.record("three", fixture)
            #expect(try await live.map(\.channel) == ["three"])
        }
    }

    @Test(
        "refuses what it cannot honour by the name of the field",
        arguments: [
            ("/v1/events?after=x", "after", 400), ("/v1/events?after=-1", "after", 400),
            ("/v1/events?after=9223372036854775807", "after", 404), ("/v1/events?limit=0", "limit", 400),
            ("/v1/events?limit=1001", "limit", 400), ("/v1/events?sort=up", "sort", 400),
            ("/v1/events/none", nil, 404),
        ] as [(String, String?, Int)])
    func refusals(target: String, field: String?, status: Int) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.get, target)
            #expect(response.status == status)
            #expect(try response.object["field"] as? String == field)
            let header = try await fixture.respond(
                .get, "/v1/events", headers: ["Accept": "text/event-stream", "Last-Event-ID": "abc"])
            #expect(header.status == 400)
            #expect(try header.object["field"] as? String == "Last-Event-ID")
            #expect(try await fixture.respond(.post, "/v1/events").status == 405)
        }
    }
}
