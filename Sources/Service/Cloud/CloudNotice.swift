import Catalog
import Foundation

/// An event in the envelope that receivers of the cloud recorder's notifications know.
struct CloudNotice: Codable, Equatable {
    struct Payload: Codable, Equatable {
        var cname: String
        /// The recorder's own uid; 0 of a recording that nobody started by the cloud's paths.
        var uid: String
        var sid: String
        var sequence: Int
        /// When it happened, in milliseconds since 1970.
        var sendts: Int64
        /// Which part speaks: 0 the service, 1 the recorder.
        var serviceType: Int
        var details: LegacyEvent.Details
    }

    /// The same each time that an event is delivered.
    var noticeId: String
    /// Cloud recording.
    var productId = 3
    var eventType: Int
    /// When it was sent, in milliseconds since 1970.
    var notifyMs: Int64
    var payload: Payload

    /// The counterpart of an event; nothing if it has none.
    init?(_ record: EventRecord, uid: UInt32, atUnixMilliseconds now: Int64) {
        guard let legacy = EventDocument(record).legacy else { return nil }
        noticeId = "\(record.recording):\(record.id)"
        eventType = legacy.eventType
        notifyMs = now
        payload = Payload(
            cname: record.channel, uid: "\(uid)", sid: record.recording, sequence: record.sequence,
            sendts: record.atUnixMilliseconds, serviceType: legacy.eventType == 11 ? 0 : 1, details: legacy.details)
    }

    /// The notice in JSON, in one line.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }
}
