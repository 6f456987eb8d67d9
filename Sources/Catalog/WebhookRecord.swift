/// Where events are delivered to.
public struct WebhookRecord: Equatable, Sendable {
    public var id: String
    public var url: String
    /// What deliveries are signed with; nothing if they are not, or if the configuration knows it.
    public var secret: String?
    /// Whether it comes and goes with the configuration, not by the API.
    public var isConfigured: Bool
    public var createdAtUnixMilliseconds: Int64
    /// What deliveries look like, as its writer calls it; nothing for the usual.
    public var format: String?

    public init(
        id: String, url: String, secret: String?, isConfigured: Bool, createdAtUnixMilliseconds: Int64,
        format: String? = nil
    ) {
        self.id = id
        self.url = url
        self.secret = secret
        self.isConfigured = isConfigured
        self.createdAtUnixMilliseconds = createdAtUnixMilliseconds
        self.format = format
    }

    init?(_ row: Row) {
        guard let id = row.text(0), let url = row.text(1), let isConfigured = row.integer(3),
            let created = row.integer(4)
        else { return nil }
        self.init(
            id: id, url: url, secret: row.text(2), isConfigured: isConfigured != 0, createdAtUnixMilliseconds: created,
            format: row.text(5))
    }
}

/// An event that a webhook has not got yet.
public struct PendingDelivery: Equatable, Sendable {
    public var event: Int64
    /// The event itself; nothing if it is no longer kept.
    public var record: EventRecord?
    /// What was to be sent before it became a dead letter; nothing if it never was one.
    public var body: String?
}

/// An event that was given up for a webhook.
public struct DeadLetter: Equatable, Sendable {
    /// What was to be sent.
    public var body: String
    /// Why it was given up, in a sentence.
    public var failure: String
    public var atUnixMilliseconds: Int64

    public init(body: String, failure: String, atUnixMilliseconds: Int64) {
        self.body = body
        self.failure = failure
        self.atUnixMilliseconds = atUnixMilliseconds
    }
}

/// How much a webhook has not got.
public struct DeliveryBacklog: Equatable, Sendable {
    public var pendingCount = 0
    public var deadCount = 0
    /// Events that were forgotten before it took them.
    public var lostCount = 0
}
