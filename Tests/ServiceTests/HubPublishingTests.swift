import Capture
import SDP
@testable import Service
import Testing

@Suite("Letting users in")
struct HubPublishingTests {
    @Test("answers an offer, under a session name and tag of its own")
    func answers() async throws {
        try await withHub { hub in
            let first = try await hub.admit("7")
            let second = try await hub.admit("Ann")
            #expect(first.uid == "7")
            #expect(second.uid == "Ann")
            #expect(first.id != second.id)
            #expect(first.entityTag != second.entityTag)
            let answer = try SessionDescription(parsing: first.answer)
            #expect(answer.media.count == 2)
            #expect(answer.attributes.contains(.iceLite))
            let channels = await hub.channels()
            #expect(channels.map(\.name) == ["room"])
            #expect(channels[0].profile == "communication")
            #expect(channels[0].users.map(\.uid) == ["7", "Ann"])
            #expect(channels[0].users.allSatisfy { !$0.isConnected })
        }
    }

    @Test("chooses a number for who names none", arguments: [nil, ""])
    func chosen(uid: String?) async throws {
        try await withHub { hub in
            let answer = try await hub.admit(uid)
            #expect(UInt32(answer.uid) ?? 0 > 0)
        }
    }

    @Test("lets few users share a loop, and wakes the next one for more")
    func spread() async throws {
        try await withHub { hub in
            var ports: [String: Int] = [:]
            for uid in 1...Placement.packed + 2 {
                let answer = try await hub.admit("\(uid)").answer
                let line = try #require(answer.split(separator: "\r\n").first { $0.hasPrefix("a=candidate:") })
                ports[String(line.split(separator: " ")[5]), default: 0] += 1
            }
            #expect(ports.values.sorted() == [2, Placement.packed])
            #expect(await hub.describeServer().peerCount == Placement.packed + 2)
        }
    }

    @Test(
        "refuses what is not right by the name of the field, and creates nothing",
        arguments: [
            ("", "1", nil, "channel"), ("a/b", "1", nil, "channel"),
            (String(repeating: "c", count: 65), "1", nil, "channel"),
            ("room", "0", nil, "uid"), ("room", "-1", nil, "uid"), ("room", "a/b", nil, "uid"),
            ("room", String(repeating: "u", count: 256), nil, "uid"),
            ("room", String(repeating: " ", count: 80), nil, "uid"), ("room", "1", "broadcast", "profile"),
        ] as [(String, String, String?, String)])
    func refusals(channel: String, uid: String, profile: String?, field: String) async throws {
        try await withHub { hub in
            let problem = try await #require(throws: Problem.self) {
                try await hub.admit(uid, to: channel, profile: profile)
            }
            #expect(problem.status == 400)
            #expect(problem.field == field)
            #expect(await hub.channels().isEmpty)
            #expect(await hub.describeServer().peerCount == 0)
        }
    }

    @Test(
        "refuses offers of other types and offers that hold nothing to take",
        arguments: [
            ("text/plain", Offer.text(), 415), (nil, Offer.text(), 415), ("application/sdp", "v=0", 400),
            (
                "application/sdp",
                Offer.text().replacing("opus/48000", with: "PCMU/8000").replacing("H264", with: "H263"), 422
            ),
            ("application/sdp", String(repeating: "a", count: 70_000), 413),
        ] as [(String?, String, Int)])
    func offers(contentType: String?, offer: String, status: Int) async throws {
        try await withHub { hub in
            let problem = try await #require(throws: Problem.self) {
                try await hub.publish(
                    channel: "room", uid: "1", profile: nil, contentType: contentType, offer: Array(offer.utf8))
            }
            #expect(problem.status == status)
            #expect(await hub.channels().isEmpty)
        }
    }

    @Test("lets a name in once in a channel, and again when its user has left")
    func uniqueUsers() async throws {
        try await withHub { hub in
            let first = try await hub.admit("7")
            let problem = try await #require(throws: Problem.self) { try await hub.admit("7") }
            #expect((problem.status, problem.field) == (409, "uid"))
            _ = try await hub.admit("7", to: "other")
            try await hub.leave(channel: "room", id: first.id)
            _ = try await hub.admit("7")
        }
    }

    @Test("holds a channel to one profile while anybody is in it")
    func profiles() async throws {
        try await withHub { hub in
            let first = try await hub.admit("1", profile: "live")
            let problem = try await #require(throws: Problem.self) {
                try await hub.admit("2", profile: "communication")
            }
            #expect((problem.status, problem.field) == (409, "profile"))
            let silent = try await hub.admit("3")
            for id in [first.id, silent.id] { try await hub.leave(channel: "room", id: id) }
            #expect(await hub.channels().isEmpty)
            _ = try await hub.admit("2", profile: "communication")
        }
    }

    @Test("refuses more users than it may have")
    func limit() async throws {
        try await withHub({ $0.userLimit = 2 }) { hub in
            let first = try await hub.admit()
            _ = try await hub.admit(to: "other")
            let problem = try await #require(throws: Problem.self) { try await hub.admit() }
            #expect(problem.status == 503)
            try await hub.leave(channel: "room", id: first.id)
            _ = try await hub.admit()
        }
    }

    @Test("ends sessions once, and only under the name of their channel")
    func leaving() async throws {
        try await withHub { hub in
            let session = try await hub.admit("7")
            await #expect(throws: Problem.self) { try await hub.leave(channel: "other", id: session.id) }
            try await hub.leave(channel: "room", id: session.id)
            let problem = try await #require(throws: Problem.self) {
                try await hub.leave(channel: "room", id: session.id)
            }
            #expect(problem.status == 404)
            _ = try await eventually("the peer is gone") { await hub.describeServer().peerCount == 0 ? true : nil }
        }
    }

    @Test("takes candidates, and restarts ICE under a new tag, by which the old one is outdated")
    func patching() async throws {
        try await withHub { hub in
            let session = try await hub.admit("7")
            func patch(_ ufrag: String, _ tag: String?, _ type: String? = "application/trickle-ice-sdpfrag")
                async throws
                -> (fragment: String, entityTag: String)?
            {
                try await hub.patch(
                    channel: "room", id: session.id, contentType: type, ifMatch: tag,
                    fragment: Array(Offer.fragment(ufrag: ufrag).utf8))
            }
            #expect(try await patch("uf12", session.entityTag) == nil)
            let answered = try await patch("uf34", "*")
            let restarted = try #require(answered)
            #expect(restarted.entityTag != session.entityTag)
            #expect(restarted.fragment.contains("a=ice-ufrag:"))
            #expect(try await patch("uf34", restarted.entityTag) == nil)
            for (tag, type, status) in [
                (session.entityTag, "application/trickle-ice-sdpfrag", 412),
                (nil, "application/trickle-ice-sdpfrag", 428),
                ("*", "application/sdp", 415),
            ] {
                let problem = try await #require(throws: Problem.self) { try await patch("uf34", tag, type) }
                #expect(problem.status == status)
            }
        }
    }

    @Test("refuses everybody while it shuts down")
    func draining() async throws {
        try await withHub { hub in
            await hub.shutDown(signal: 2)
            let problem = try await #require(throws: Problem.self) { try await hub.admit("7") }
            #expect(problem.status == 503)
            await #expect(throws: Problem.self) { try await hub.startRecording(RecordingRequest(channel: "room")) }
        }
    }
}
