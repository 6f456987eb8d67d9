import Capture
import Catalog

/// What is asked of a new webhook.
public struct WebhookRequest: Decodable, Equatable, Sendable {
    /// The names of all fields.
    public static let fields = ["url", "secret", "format"]

    public var url: String
    /// What deliveries are signed with; made if it is left out.
    public var secret: String?
    /// What deliveries look like; as `GET /v1/events` shows events if it is left out.
    public var format: WebhookFormat?
}

/// A webhook as the API shows it.
public struct WebhookDocument: Encodable, Equatable, Sendable {
    public var id: String
    /// Without its query, which may be secret.
    public var url: String
    public var isSigned: Bool
    public var format: WebhookFormat
    /// Whether it comes from the configuration, and goes only with it.
    public var isConfigured: Bool
    /// ISO 8601 in UTC, with milliseconds.
    public var createdAt: String
    /// Events that are to be delivered.
    public var pendingCount: Int
    /// Events that were given up.
    public var deadCount: Int
    /// Events that were forgotten before they could be delivered.
    public var lostCount: Int
    /// Events that were delivered since the server began.
    public var deliveredCount: Int
    /// Why the last delivery failed; nothing if it did not.
    public var lastFailure: String?
    /// What deliveries are signed with: told once, to who added the webhook without naming one.
    public var secret: String?

    init(_ courier: WebhookCourier, _ backlog: DeliveryBacklog, deliveredCount: Int, lastFailure: String?) {
        id = courier.record.id
        url = courier.target.shown
        (isSigned, format, isConfigured) = (courier.isSigned, courier.format, courier.record.isConfigured)
        createdAt = WallTime(unixNanoseconds: courier.record.createdAtUnixMilliseconds * 1_000_000).iso8601
        (pendingCount, deadCount, lostCount) = (backlog.pendingCount, backlog.deadCount, backlog.lostCount)
        self.deliveredCount = deliveredCount
        self.lastFailure = lastFailure
    }
}

/// An event that was given up, as the API shows it.
public struct DeadLetterDocument: Encodable, Equatable, Sendable {
    /// The event's id.
    public var event: Int64
    /// What was to be sent, as text.
    public var body: String
    public var failure: String
    /// When it was given up.
    public var at: String

    init(_ event: Int64, _ letter: DeadLetter) {
        self.event = event
        (body, failure) = (letter.body, letter.failure)
        at = WallTime(unixNanoseconds: letter.atUnixMilliseconds * 1_000_000).iso8601
    }
}
