/// What a delivery looks like.
public enum WebhookFormat: String, CaseIterable, Codable, Sendable {
    /// The event as `GET /v1/events` shows it, signed by `Lathe-Signature`.
    case lathe
    /// What the notifications of the cloud recorder look like, with their signatures; events without a counterpart there
    /// are left out.
    case cloud
}
