import Capture
public import Catalog
import Foundation

/// One event as the API and webhooks tell it.
public struct EventDocument: Codable, Equatable, Sendable {
    /// How a recording ended, or is about to.
    public struct Outcome: Codable, Equatable, Sendable {
        /// One of the names of `RecordingEnd`: `stopped`, `idle`, `signal`, `crashed` and so on.
        public var name: String
        public var reason: String
        /// The legacy leave code: a sum of `LEAVE_CODE_` bits.
        public var leaveCode: Int
        public var leaveCodes: [String]
        /// Whether all that was to be recorded was recorded.
        public var isNormal: Bool
    }

    /// Greater than the id of each event before, over all recordings.
    public var id: Int64
    public var recording: String
    public var channel: String
    /// The event's number in its recording, from 1.
    public var sequence: Int
    /// ISO 8601 in UTC, with milliseconds.
    public var at: String
    public var type: String
    public var uid: String?
    public var detail: String?
    /// True of a recording's last event, absent of all others.
    public var final: Bool?
    public var outcome: Outcome?
    public var legacy: LegacyEvent?

    public init(_ record: EventRecord) {
        let moment = WallTime(unixNanoseconds: record.atUnixMilliseconds * 1_000_000)
        let outcome = record.outcome.flatMap { text in
            try? JSONDecoder().decode(Outcome.self, from: Data(text.utf8))
        }
        (id, recording, channel, sequence) = (record.id, record.recording, record.channel, record.sequence)
        (at, type, uid, detail) = (moment.iso8601, record.type, record.uid, record.detail)
        final = record.isFinal ? true : nil
        self.outcome = outcome
        legacy = LegacyEvent(record, outcome)
    }

    /// The document in JSON, in one line.
    public var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }
}

extension EventDocument.Outcome {
    init(_ end: RecordingDocument.End, name: String, isNormal: Bool) {
        self.name = name
        reason = end.reason
        (leaveCode, leaveCodes) = (end.leaveCode, end.leaveCodes)
        self.isNormal = isNormal
    }
}
