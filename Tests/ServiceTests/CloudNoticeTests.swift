import Catalog
import Foundation
import Testing

@testable import Service

@Suite("An event as the cloud recorder's receivers know it")
struct CloudNoticeTests {
    private static func record(_ type: String, detail: String? = nil, uid: String? = nil) -> EventRecord {
        var record = EventRecord(
            recording: "r", channel: "room", sequence: 3, atUnixMilliseconds: 1_560_238_366_073, type: type, uid: uid,
            detail: detail)
        record.id = 17
        return record
    }

    @Test("is in the envelope")
    func envelope() throws {
        let record = Self.record("muted", detail: "audio", uid: "42")
        let notice = try #require(CloudNotice(record, uid: 527_841, atUnixMilliseconds: 1_560_238_366_100))
        #expect(
            String(decoding: try notice.json, as: UTF8.self)
                == #"{"eventType":43,"noticeId":"r:17","notifyMs":1560238366100,"payload":{"cname":"room","details":"#
                + #"{"UtcMs":1560238366073,"msgName":"recorder_audio_stream_state_changed","state":1,"#
                + #""streamUid":"42"},"sendts":1560238366073,"sequence":3,"serviceType":1,"sid":"r","#
                + #""uid":"527841"},"productId":3}"#)
    }

    @Test("is of the service when the session is over, else of the recorder")
    func parts() {
        #expect(CloudNotice(Self.record("finished"), uid: 1, atUnixMilliseconds: 0)?.payload.serviceType == 0)
        #expect(CloudNotice(Self.record("started"), uid: 1, atUnixMilliseconds: 0)?.payload.serviceType == 1)
    }

    @Test("is nothing where there is no counterpart")
    func none() { #expect(CloudNotice(Self.record("userJoined"), uid: 1, atUnixMilliseconds: 0) == nil) }
}
