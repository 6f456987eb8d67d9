import Codecs
import Testing

@testable import Publish

@Suite("A script of what becomes of a user")
struct PublishScriptTests {
    static func seconds(_ count: Double) -> Duration { .milliseconds(Int64(count * 1000)) }

    @Test("holds every event that its help names")
    func grammar() throws {
        let script = try PublishScript(parsing: PublishScript.grammar)
        #expect(
            script.events == [
                .init(.rotate(.quarter), from: .seconds(5)),
                .init(.resize(PictureSize(width: 320, height: 240)), from: .seconds(10)),
                .init(.mute(.video), from: .seconds(12), to: .seconds(15)),
                .init(.mute(.audio), from: .seconds(12), to: .seconds(15)),
                .init(.switchCodec(.vp8), from: .seconds(20)),
                .init(.renewStream(.video), from: .seconds(25)),
                .init(.pause(encoding: 0), from: .seconds(30), to: .seconds(35)),
                .init(.leave, from: .seconds(40), to: .seconds(45)),
            ])
    }

    @Test(
        "refuses what it cannot do by the event, and says what to write",
        arguments: [
            ("rotate=45@5", "'45' is no quarter turn", "0, 90, 180 or 270"),
            ("rotate=90", "does not say what and when", "rotate=90@5"),
            ("rotate=90@5@6", "does not say what and when", "rotate=90@5"),
            ("resize=320@5", "'320' is no size", "640x480"),
            ("resize=32x24@5", "too small to be read back", "160x120"),
            ("resize=321x240@5", "is odd", "even numbers"),
            ("codec=aac@5", "calls carry no 'aac'", "h264, h265, vp8, vp9, av1, opus"),
            ("codec=vp8@soon", "'soon' is no number of seconds", "codec=vp8@20"),
            ("codec=vp8@nan", "'nan' is no number of seconds", "codec=vp8@20"),
            ("new-ssrc=screen@5", "no track 'screen'", "audio or video"),
            ("mute-video=5", "from when to when", "mute-video=12-15"),
            ("mute-audio=9-5", "ends before it begins", "earlier time first"),
            ("mute-audio=5-5", "ends before it begins", "earlier time first"),
            ("pause=5-9", "which encoding", "pause=0@30-35"),
            ("pause=x@5-9", "which encoding", "pause=0@30-35"),
            ("leave=-1-5", "from when to when", "leave=40-45"),
            ("leave=5-9,leave=8-12", "two of them overlap", "begin after the one before"),
            ("dance=5", "nothing is called 'dance'", "rotate=90@5"),
            ("", "nothing is called ''", "rotate=90@5"),
            ("rotate=90@5,", "nothing is called ''", "rotate=90@5"),
        ])
    func refuses(_ text: String, _ problem: String, _ remedy: String) throws {
        let error = try #require(throws: ScriptError.self) { try PublishScript(parsing: text) }
        #expect(error.problem.contains(problem))
        #expect(error.remedy.contains(remedy))
    }

    @Test("says at any time what pictures and sound are like")
    func looks() throws {
        let script = try PublishScript(
            parsing: "rotate=270@2.5, rotate=0@4,resize=320x240@1,codec=vp8@1,codec=pcmu@2,codec=vp9@3")
        #expect(
            [0, 2.4, 2.5, 4].map { script.rotation(at: Self.seconds($0))?.rawValue } == [0, 0, 270, 0])
        #expect([0, 1, 9].map { script.size(at: Self.seconds($0))?.width } == [nil, 320, 320])
        #expect([0, 1, 2.9, 3].map { script.codec(.video, at: Self.seconds($0)) } == [nil, .vp8, .vp8, .vp9])
        #expect([1.9, 2].map { script.codec(.audio, at: Self.seconds($0)) } == [nil, .pcmu])
        #expect(script.codecs(.video) == [.vp8, .vp9])
        #expect(PublishScript().rotation(at: .zero) == nil)
    }

    @Test("says at any time what is sent")
    func silences() throws {
        let script = try PublishScript(parsing: "mute-video=1-2,pause=1@3-4,mute-audio=3-5,leave=6-7,new-ssrc=video@8")
        func isSilent(_ kind: MediaKind, _ encoding: Int, _ time: Double) -> Bool {
            script.isSilent(kind, encoding: encoding, at: Self.seconds(time))
        }
        #expect([0.9, 1, 1.9, 2].map { isSilent(.video, 0, $0) } == [false, true, true, false])
        #expect([isSilent(.video, 0, 3.5), isSilent(.video, 1, 3.5), isSilent(.audio, 0, 3.5)] == [false, true, true])
        #expect([5.9, 6, 6.9, 7].map { script.absence(at: Self.seconds($0)) } == [nil, .seconds(7), .seconds(7), nil])
        #expect([7.9, 8].map { script.renewalCount(.video, at: Self.seconds($0)) } == [0, 1])
        #expect(script.renewalCount(.audio, at: .seconds(9)) == 0)
        let interrupted = stride(from: 0.5, to: 9, by: 0.5).filter {
            script.interruptsPictures(after: Self.seconds($0 - 0.5), upTo: Self.seconds($0))
        }
        #expect(interrupted == [2, 4, 7, 8])
    }
}
