import Capture
import Channel
import Testing

@Suite("Templates of names")
struct NameTemplateTests {
    private let wall = WallTime(unixNanoseconds: 1_560_238_366_073_000_000)

    @Test("put what is known of a file in the places of their words")
    func name() throws {
        let template = try NameTemplate("{channel}-{uid}_{lane}@{stamp}_{recording}")
        let name = template.name(
            user: .account("a/b"), lane: .screen(1), startedAt: wall, channel: "my room", recording: "r1")
        #expect(name == "my%20room-a%2Fb_screen@20190611073246073_r1")
        #expect(!template.isUsual)
        #expect(
            NameTemplate.usual.name(user: .number(1), lane: .user, startedAt: wall, channel: "c", recording: "r") == nil
        )
    }

    @Test("make no name that is too long for a file")
    func tooLong() throws {
        let template = try NameTemplate("{uid}{lane}{stamp}{channel}")
        let channel = String(repeating: "x", count: 190)
        #expect(template.name(user: .number(1), lane: .user, startedAt: wall, channel: channel, recording: "r") == nil)
    }

    @Test(
        "are refused with what is wrong in them",
        arguments: [
            ("{uid}", "{stamp}"), ("{stamp}{lane}", "{uid}"), ("{uid}{stamp}", "{lane}"), ("{uid", "'{'"),
            ("{who}", "{who}"),
            ("a/{uid}{stamp}{lane}", "letters"), ("{uid} {stamp}{lane}", "letters"), (".{uid}{stamp}{lane}", "dot"),
            ("", "{uid}"),
        ])
    func refusals(text: String, hint: String) {
        #expect {
            try NameTemplate(text)
        } throws: { "\($0)".contains(hint) }
    }
}
