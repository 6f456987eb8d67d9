/// One event of a recording, as it is kept.
public struct EventRecord: Equatable, Sendable {
    /// Its number among all events of all recordings: greater than that of each event that was kept before; 0 as long as
    /// it is not kept.
    public var id: Int64 = 0
    public var recording: String
    public var channel: String
    /// Its number among the recording's own events, from 1.
    public var sequence: Int
    /// When it happened, on the wall clock.
    public var atUnixMilliseconds: Int64
    public var type: String
    public var uid: String?
    public var detail: String?
    /// How the recording ends, as a JSON document that only its writer reads; nothing while it goes on.
    public var outcome: String?
    /// Whether nothing comes after it.
    public var isFinal: Bool

    public init(
        recording: String, channel: String, sequence: Int, atUnixMilliseconds: Int64, type: String, uid: String? = nil,
        detail: String? = nil, outcome: String? = nil, isFinal: Bool = false
    ) {
        self.recording = recording
        self.channel = channel
        self.sequence = sequence
        self.atUnixMilliseconds = atUnixMilliseconds
        self.type = type
        self.uid = uid
        self.detail = detail
        self.outcome = outcome
        self.isFinal = isFinal
    }
}

extension EventRecord {
    static let columns = "id, recording, channel, sequence, at, type, uid, detail, outcome, isFinal"

    /// A row in the order of `columns`.
    init?(_ row: Row) {
        guard let id = row.integer(0), let recording = row.text(1), let channel = row.text(2),
            let sequence = row.integer(3), let moment = row.integer(4), let type = row.text(5),
            let isFinal = row.integer(9)
        else { return nil }
        self.init(
            recording: recording, channel: channel, sequence: Int(sequence), atUnixMilliseconds: moment, type: type,
            uid: row.text(6), detail: row.text(7), outcome: row.text(8), isFinal: isFinal != 0)
        self.id = id
    }

    /// What goes into the columns behind the id.
    var values: [Value] {
        [
            .text(recording), .text(channel), .integer(Int64(sequence)), .integer(atUnixMilliseconds), .text(type),
            uid.map(Value.text) ?? .null, detail.map(Value.text) ?? .null, outcome.map(Value.text) ?? .null,
            .integer(isFinal ? 1 : 0),
        ]
    }
}
