import Capture
import Catalog
import Foundation
import Testing

@testable import Service

@Suite("An event as the API tells it")
struct EventDocumentTests {
    private static func record(_ type: String, _ detail: String? = nil, uid: String? = nil) -> EventRecord {
        var record = EventRecord(
            recording: "r", channel: "room", sequence: 3, atUnixMilliseconds: 1_560_238_366_073, type: type, uid: uid,
            detail: detail)
        record.id = 17
        return record
    }

    @Test("says what happened, when, and to whom, and nothing that there is not")
    func plain() throws {
        let json = try EventDocument(Self.record("userJoined", uid: "42")).json
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"at":"2019-06-11T07:32:46.073Z","channel":"room","id":17,"recording":"r","sequence":3,"#
                + #""type":"userJoined","uid":"42"}"#)
    }

    @Test("ends a recording with its outcome")
    func outcome() throws {
        let outcome = EventDocument.Outcome(RecordingDocument.End(.idle(seconds: 5)), name: "idle", isNormal: true)
        var record = Self.record("finished")
        (record.isFinal, record.outcome) = (true, RecordingSession.text(of: outcome))
        let document = EventDocument(record)
        #expect(document.final == true)
        #expect(document.outcome == outcome)
        #expect(document.legacy?.eventType == 11)
        #expect(document.legacy?.details.exitStatus == 0)
        #expect(try JSONDecoder().decode(EventDocument.self, from: Data(document.json)) == document)
    }

    @Test("has the counterpart that callbacks of the legacy product have")
    func legacy() throws {
        let started = try #require(EventDocument(Self.record("started")).legacy)
        #expect((started.eventType, started.details.msgName) == (40, "recorder_started"))
        let slice = try #require(
            EventDocument(Self.record("takeOpened", "42_20190611073246073.mp4", uid: "42")).legacy)
        #expect(slice.eventType == 42)
        #expect(slice.details.startUtcMs == 1_560_238_366_073)
        #expect((slice.details.streamUid, slice.details.trackType) == ("42", "audio_and_video"))
        let sound = try #require(EventDocument(Self.record("muted", "audio", uid: "42")).legacy)
        #expect((sound.eventType, sound.details.state, sound.details.UtcMs) == (43, 1, 1_560_238_366_073))
        let pictures = try #require(EventDocument(Self.record("unmuted", "screen video", uid: "42")).legacy)
        #expect((pictures.eventType, pictures.details.state) == (44, 0))
        #expect(EventDocument(Self.record("writeFailed", "full")).legacy?.eventType == 1)
        #expect(EventDocument(Self.record("writeFailed", "full")).legacy?.details.errorMsg == "full")
        #expect(EventDocument(Self.record("diskFilling", "soon")).legacy?.details.warnMsg == "soon")
        #expect(EventDocument(Self.record("userJoined")).legacy == nil)
    }

    @Test("carries the leave code when a recording stops, and the exit status when it has ended")
    func ends() {
        let outcome = EventDocument.Outcome(RecordingDocument.End(.signal(15)), name: "signal", isNormal: true)
        var record = Self.record("stopping")
        record.outcome = RecordingSession.text(of: outcome)
        #expect(EventDocument(record).legacy?.eventType == 41)
        #expect(EventDocument(record).legacy?.details.leaveCode == 10)
        let crashed = EventDocument.Outcome(RecordingDocument.End(.crashed), name: "crashed", isNormal: false)
        record = Self.record("finished")
        record.outcome = RecordingSession.text(of: crashed)
        #expect(EventDocument(record).legacy?.details.exitStatus == 1)
    }
}
