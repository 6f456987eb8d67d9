import Catalog
import Service
import Testing

@testable import Lathe

@Suite("What a program is told of a recording")
struct EventNarratorTests {
    private static let elapsed = Duration.milliseconds(120)

    /// An event of the engine's.
    private static func event(
        _ type: String, _ uid: String? = nil, _ detail: String? = nil, outcome: String? = nil, isFinal: Bool = false
    ) -> EventDocument {
        EventDocument(
            EventRecord(
                recording: "r", channel: "room", sequence: 1, atUnixMilliseconds: 0, type: type, uid: uid,
                detail: detail, outcome: outcome, isFinal: isFinal))
    }

    private static func outcome(_ name: String, _ code: Int) -> String {
        """
        {"name": "\(name)", "reason": "why", "leaveCode": \(code), "leaveCodes": [], "isNormal": true}
        """
    }

    @Test("is a whole call, in order")
    func wholeCall() {
        var narrator = EventNarrator(channel: "room", uid: "9")
        var told: [RecorderEvent] = []
        func hear(_ event: EventDocument) { told += narrator.heard(event, elapsed: Self.elapsed) }
        hear(Self.event("started"))
        hear(Self.event("userJoined", "7"))
        told += narrator.saw(.sound, of: "7", elapsed: Self.elapsed)
        told += narrator.saw(.sound, of: "7", elapsed: Self.elapsed)
        hear(Self.event("takeOpened", "7", "7_1.mp4"))
        hear(Self.event("muted", "7", "video"))
        hear(Self.event("unmuted", "7", "video"))
        hear(Self.event("muted", "7", "screen video"))
        hear(Self.event("userLeft", "7", "left"))
        hear(Self.event("stopping", outcome: Self.outcome("durationReached", 8)))
        hear(Self.event("takeClosed", "7", "7_1.mp4"))
        hear(Self.event("finished", outcome: Self.outcome("durationReached", 8), isFinal: true))
        told += narrator.saw(.sound, of: "8", elapsed: Self.elapsed)
        #expect(
            told == [
                .connected(channel: "room", uid: "9"), .userJoined(uid: "7"),
                .firstRemoteAudioDecoded(uid: "7", elapsed: Self.elapsed),
                .userAudioStateChanged(uid: "7", state: .decoding, reason: .internal, elapsed: Self.elapsed),
                .receivingStreamStatusChanged(audio: true, video: false),
                .recorderStateChanged(uid: "7", state: .start, reason: .none, file: "7_1.mp4"),
                .userVideoStateChanged(uid: "7", state: .stopped, reason: .remoteMuted, elapsed: Self.elapsed),
                .userVideoStateChanged(uid: "7", state: .decoding, reason: .remoteUnmuted, elapsed: Self.elapsed),
                .receivingStreamStatusChanged(audio: true, video: true),
                .userAudioStateChanged(uid: "7", state: .stopped, reason: .remoteOffline, elapsed: Self.elapsed),
                .userLeft(uid: "7", reason: .quit),
                .receivingStreamStatusChanged(audio: false, video: false),
                .recorderStateChanged(uid: "7", state: .stop, reason: .overMaximumDuration, file: "7_1.mp4"),
                .disconnected(channel: "room", leaveCode: .timerCatch, reason: "why", isNormal: true),
            ])
    }

    @Test("begins with a user's joining, whatever comes first")
    func order() {
        var narrator = EventNarrator(channel: "room", uid: "0")
        let sight = EventNarrator.Sight.picture(width: 640, height: 480, rotation: 0)
        #expect(narrator.saw(sight, of: "7", elapsed: Self.elapsed) == [])
        #expect(
            narrator.heard(Self.event("userJoined", "7"), elapsed: .seconds(1)) == [
                .userJoined(uid: "7"),
                .firstRemoteVideoDecoded(uid: "7", width: 640, height: 480, elapsed: Self.elapsed),
                .userVideoStateChanged(uid: "7", state: .decoding, reason: .internal, elapsed: Self.elapsed),
                .videoSizeChanged(uid: "7", width: 640, height: 480, rotation: 0),
                .receivingStreamStatusChanged(audio: false, video: true),
            ])
    }

    @Test("has a new size, and a turn, once")
    func sizes() {
        var narrator = EventNarrator(channel: "room", uid: "0")
        _ = narrator.heard(Self.event("userJoined", "7"), elapsed: .zero)
        _ = narrator.saw(.picture(width: 640, height: 480, rotation: 0), of: "7", elapsed: .zero)
        for _ in 0..<2 {
            _ = narrator.saw(.picture(width: 640, height: 480, rotation: 0), of: "7", elapsed: .zero)
        }
        #expect(
            narrator.saw(.picture(width: 320, height: 240, rotation: 0), of: "7", elapsed: .zero) == [
                .videoSizeChanged(uid: "7", width: 320, height: 240, rotation: 0)
            ])
        #expect(
            narrator.saw(.picture(width: 320, height: 240, rotation: 90), of: "7", elapsed: .zero) == [
                .videoSizeChanged(uid: "7", width: 320, height: 240, rotation: 90)
            ])
        #expect(narrator.saw(.picture(width: 320, height: 240, rotation: 90), of: "7", elapsed: .zero) == [])
        #expect(narrator.size(of: "7")?.width == 320)
    }

    @Test("says that streams fail, which a mute is not, and that nothing is heard of anybody")
    func failing() {
        var narrator = EventNarrator(channel: "room", uid: "0")
        func hear(_ type: String, _ uid: String? = nil, _ detail: String? = nil) -> [RecorderEvent] {
            narrator.heard(Self.event(type, uid, detail), elapsed: Self.elapsed)
        }
        _ = hear("userJoined", "7")
        #expect(hear("frozen", "7", "video") == [])
        #expect(hear("unfrozen", "7", "video") == [])
        _ = narrator.saw(.picture(width: 640, height: 480, rotation: 0), of: "7", elapsed: .zero)
        _ = narrator.saw(.sound, of: "7", elapsed: .zero)
        #expect(
            hear("frozen", "7", "video") == [
                .userVideoStateChanged(uid: "7", state: .frozen, reason: .congestion, elapsed: Self.elapsed),
                .receivingStreamStatusChanged(audio: true, video: false),
            ])
        #expect(
            hear("frozen", "7", "audio") == [
                .userAudioStateChanged(uid: "7", state: .frozen, reason: .noPacket, elapsed: Self.elapsed),
                .receivingStreamStatusChanged(audio: false, video: false),
            ])
        #expect(
            hear("unfrozen", "7", "video") == [
                .userVideoStateChanged(uid: "7", state: .decoding, reason: .recovery, elapsed: Self.elapsed),
                .receivingStreamStatusChanged(audio: false, video: true),
            ])
        #expect(hear("frozen", "7", "screen video") == [])
        #expect(
            hear("noStream", "7", "words") == [
                .recorderStateChanged(uid: "7", state: .error, reason: .noStream, file: "")
            ])
        #expect(hear("connectionInterrupted", nil, "words") == [.connectionInterrupted(channel: "room")])
        #expect(hear("connectionLost", nil, "words") == [.connectionLost(channel: "room")])
        #expect(hear("reconnected", nil, "words") == [.reconnected(channel: "room")])
    }

    @Test("says who was not heard of any more, and what the disk refused")
    func trouble() {
        var narrator = EventNarrator(channel: "room", uid: "0")
        #expect(
            narrator.heard(Self.event("userLeft", "7", "nothing was heard of them for too long"), elapsed: .zero) == [
                .userLeft(uid: "7", reason: .dropped)
            ])
        #expect(
            narrator.heard(Self.event("writeFailed", "7", "the disk is full"), elapsed: .zero) == [
                .recorderStateChanged(uid: "7", state: .error, reason: .writeFailed, file: ""),
                .error(.failed, "the disk is full"),
            ])
        #expect(
            narrator.heard(Self.event("storageSlow", nil, "3 s"), elapsed: .zero) == [.warning("storageSlow: 3 s")])
    }
}
