import Channel
import Testing
import Units

@Suite("The roster of a channel")
struct RosterTests {
    @Test("is idle from the start, and again once the last user went")
    func idle() {
        var roster = Roster(profile: .communication, at: .ms(0))
        #expect(roster.idleDeadline(limit: .seconds(10), countingFrom: .ms(0)) == .ms(10_000))
        #expect(roster.joined(.number(7), as: .host, at: .ms(100)) == .joined)
        #expect(roster.joined(.account("ann"), as: .audience, at: .ms(200)) == .joined)
        #expect(roster.idleDeadline(limit: .seconds(10), countingFrom: .ms(0)) == nil)
        #expect(roster.left(.number(7), .quit, at: .ms(300)) == .left(.quit, after: .milliseconds(200)))
        #expect(roster.idleSince == nil)
        #expect(roster.left(.account("ann"), .dropped, at: .ms(400)) == .left(.dropped, after: .milliseconds(200)))
        #expect(roster.idleDeadline(limit: .seconds(10), countingFrom: .ms(0)) == .ms(10_400))
        #expect(roster.left(.account("ann"), .quit, at: .ms(500)) == .wasNotHere)
    }

    @Test("counts only hosts in a live channel")
    func live() {
        var roster = Roster(profile: .live, at: .ms(0))
        _ = roster.joined(.number(1), as: .audience, at: .ms(10))
        #expect(roster.idleSince == .ms(0))
        #expect(roster.joined(.number(1), as: .host, at: .ms(20)) == .changedRole(from: .audience))
        #expect(roster.idleSince == nil)
        _ = roster.left(.number(1), .becameAudience, at: .ms(50))
        #expect(roster.idleSince == .ms(50))
        #expect(roster.users[.number(1)]?.role == .audience)
    }

    @Test("counts idle time of a recording started by hand from its start, and never less than 3 s")
    func manual() {
        let roster = Roster(profile: .communication, at: .ms(0))
        #expect(roster.idleDeadline(limit: .seconds(5), countingFrom: .ms(60_000)) == .ms(65_000))
        #expect(roster.idleDeadline(limit: .zero, countingFrom: .ms(0)) == .ms(3_000))
    }

    @Test("tells a user who is already here")
    func twice() {
        var roster = Roster(profile: .communication, at: .ms(0))
        _ = roster.joined(.number(1), as: .host, at: .ms(10))
        #expect(roster.joined(.number(1), as: .host, at: .ms(90)) == .alreadyHere)
        #expect(roster.users[.number(1)]?.joinedAt == .ms(10))
    }
}

@Suite("Names")
struct NameTests {
    @Test("accepts channel names of the allowed characters", arguments: ["a", "Room 1", "!#$%&()+-:;<=.>?@[]^_{}|~,"])
    func accepts(_ name: String) throws {
        #expect(try ChannelName(name).description == name)
    }

    @Test(
        "refuses others and says why",
        arguments: [
            ("", .empty), ("a/b", .forbidden("/")), ("Bär", .forbidden("ä")), ("a\u{0}", .forbidden("\u{0}")),
            (String(repeating: "x", count: 65), .tooLong(byteCount: 65)),
        ] as [(String, ChannelNameProblem)])
    func refuses(_ name: String, _ problem: ChannelNameProblem) {
        #expect(throws: problem) { try ChannelName(name) }
        #expect(!problem.description.isEmpty)
    }

    @Test(
        "reads user ids as numbers where they are, and as accounts otherwise",
        arguments: [
            ("1", .number(1)), ("4294967295", .number(.max)), ("4294967296", .account("4294967296")),
            ("007", .account("007")), ("ann lee", .account("ann lee")), ("0", nil), ("", nil), ("a/b", nil),
        ] as [(String, UserID?)])
    func users(_ text: String, _ user: UserID?) {
        #expect(UserID(text) == user)
    }
}
