import Capture
import Codecs
import Testing
import Units

@Suite("Watching whether a user is there")
struct PresenceWatchTests {
    private static let (sound, camera) = (MediaRole(.audio), MediaRole(.video))

    private static func events(_ watch: inout PresenceWatch) -> [PresenceWatch.Event] {
        var events: [PresenceWatch.Event] = []
        while let event = watch.nextEvent() { events.append(event) }
        return events
    }

    @Test("says that a camera is off after three seconds, and since when, and that it is on again")
    func mute() {
        var watch = PresenceWatch(.continuous)
        watch.heard(Self.sound, at: .ms(0))
        watch.heard(Self.camera, at: .ms(10))
        for time in stride(from: Int64(20), through: 9_000, by: 20) {
            watch.heard(Self.sound, at: .ms(time))
            watch.advance(to: .ms(time))
        }
        #expect(Self.events(&watch) == [.muted(Self.camera, since: .ms(10))])
        watch.heard(Self.camera, at: .ms(9_010))
        #expect(Self.events(&watch) == [.unmuted(Self.camera, since: .ms(10), at: .ms(9_010))])
    }

    @Test("never ends the files of who only is mute, unless as the legacy product does")
    func silence() {
        for splitting in Splitting.allCases {
            var watch = PresenceWatch(splitting)
            watch.heard(Self.sound, at: .ms(100))
            for time in stride(from: Int64(200), through: 60_000, by: 100) { watch.advance(to: .ms(time)) }
            let ends: [PresenceWatch.Event] = [
                .unmuted(Self.sound, since: .ms(100), at: .ms(100)), .ended(at: .ms(100)),
            ]
            #expect(Self.events(&watch).dropFirst() == (splitting == .legacy ? ends[...] : []))
        }
    }

    @Test("lets files go on with who is back within 15 s", arguments: Splitting.allCases)
    func back(splitting: Splitting) {
        var watch = PresenceWatch(splitting)
        watch.heard(Self.sound, at: .ms(1_000))
        watch.left(at: .ms(1_010), silently: false)
        #expect(watch.isAway)
        watch.advance(to: .ms(15_900))
        watch.returned(at: .ms(15_950))
        #expect(!watch.isAway)
        #expect(Self.events(&watch) == [.returned(awaySince: .ms(1_010), at: .ms(15_950))])
        watch.advance(to: .ms(16_000))
        watch.heard(Self.sound, at: .ms(16_010))
        #expect(Self.events(&watch) == [])
    }

    @Test("ends files where the user left once 15 s are over", arguments: Splitting.allCases, [false, true])
    func gone(splitting: Splitting, isAsked: Bool) {
        var watch = PresenceWatch(splitting)
        watch.heard(Self.sound, at: .ms(1_000))
        watch.left(at: .ms(1_010), silently: false)
        if isAsked { watch.advance(to: .ms(16_010)) } else { watch.returned(at: .ms(16_020)) }
        #expect(Self.events(&watch) == [.ended(at: .ms(1_010))])
        #expect(!watch.isAway)
        watch.heard(Self.sound, at: .ms(30_000))
        watch.advance(to: .ms(30_100))
        #expect(Self.events(&watch) == [])
    }

    @Test("ends files of who vanished where they were last heard, but waits from when that was noticed")
    func vanished() {
        var watch = PresenceWatch(.continuous)
        watch.heard(Self.sound, at: .ms(1_000))
        #expect(!watch.isInDoubt(at: .ms(1_900)))
        #expect(watch.isInDoubt(at: .ms(2_000)))
        watch.advance(to: .ms(16_000))
        watch.left(at: .ms(16_000), silently: true)
        watch.advance(to: .ms(30_900))
        #expect(watch.isAway)
        watch.advance(to: .ms(31_000))
        #expect(
            Self.events(&watch) == [
                .muted(Self.sound, since: .ms(1_000)), .unmuted(Self.sound, since: .ms(1_000), at: .ms(1_000)),
                .ended(at: .ms(1_000)),
            ])
    }

    @Test("is in no doubt about who is connected and just sends nothing")
    func doubt() {
        var watch = PresenceWatch(.continuous)
        #expect(!watch.isInDoubt(at: .ms(5_000)))
        watch.heard(Self.sound, at: .ms(1_000))
        #expect(watch.isInDoubt(at: .ms(19_000)))
        #expect(!watch.isInDoubt(at: .ms(19_001)))
    }

    @Test("ends a file with the recording, or where the user left before")
    func finish() {
        var watch = PresenceWatch(.continuous)
        watch.heard(Self.sound, at: .ms(1_000))
        var other = watch
        other.left(at: .ms(2_000), silently: false)
        let (end, otherEnd) = (watch.finish(at: .ms(5_000)), other.finish(at: .ms(5_000)))
        #expect(end == .ms(5_000))
        #expect(otherEnd == .ms(2_000))
    }

    @Test("hears nothing of who is away, nor sees who never sent anything leave")
    func nobody() {
        var watch = PresenceWatch(.continuous)
        watch.left(at: .ms(10), silently: false)
        watch.returned(at: .ms(20))
        watch.heard(Self.sound, at: .ms(30))
        watch.left(at: .ms(40), silently: false)
        watch.heard(Self.sound, at: .ms(41))
        #expect(watch.isAway)
        #expect(Self.events(&watch) == [])
    }

    @Test("tells roles and lanes of sections by their kinds and order")
    func roles() {
        let roles = MediaRole.roles(of: [.audio, .video, .video, .audio, .video])
        #expect(roles.map(\.name) == ["audio", "video", "screen video", "screen audio", "screen2 video"])
        #expect(roles.map { $0.lane(.continuous) } == [.user, .user, .screen(1), .screen(1), .screen(2)])
        #expect(roles.map { $0.lane(.legacy) } == [.sound, .picture, .screen(1), .screen(1), .screen(2)])
    }

    @Test("keeps its rules whatever happens", arguments: 1...200 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var watch = PresenceWatch(seed % 2 == 0 ? .continuous : .legacy)
        var now: Int64 = 0
        var (openMutes, lastEnd): (Set<MediaRole>, ChannelTime) = ([], .ms(-1))
        for _ in 0..<400 {
            now += Int64.random(in: 0...3_000, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: watch.left(at: .ms(now), silently: random.fraction() < 0.5)
            case 1: watch.returned(at: .ms(now))
            case 2, 3: watch.heard(random.fraction() < 0.5 ? Self.sound : Self.camera, at: .ms(now))
            default: watch.advance(to: .ms(now))
            }
            for event in Self.events(&watch) {
                switch event {
                case .muted(let role, let since):
                    #expect(openMutes.insert(role).inserted)
                    #expect(since + PresenceWatch.mutePatience <= .ms(now))
                case .unmuted(let role, let since, let end):
                    #expect(openMutes.remove(role) != nil)
                    #expect(since <= end && end <= .ms(now))
                case .returned(let since, let time):
                    #expect(since <= time && time == .ms(now))
                    #expect(!watch.isAway)
                case .ended(let end):
                    #expect(openMutes.isEmpty)
                    #expect(end > lastEnd && end <= .ms(now))
                    lastEnd = end
                }
            }
        }
    }
}
