import Token

/// When it is to be told that a token ends.
///
/// Reads no clock: `advance` is told the time, in seconds since 1970.
struct TokenLife {
    /// How long before its end it is told that it comes (the legacy product's).
    static let warningSeconds: Int64 = 30

    private let text: String
    /// Nothing if it never ends.
    private let expiry: Int64?
    private var hasWarned = false
    private var hasEnded = false

    /// The life of a token; fails if the text is none, without repeating it.
    init(_ text: String) throws {
        self.text = text
        do {
            expiry = try AccessToken(parsing: text).expiry
        } catch {
            throw RecorderError(
                .invalidToken,
                "'token' is no AccessToken, which begins with 007 or 006 and is whole; make another, or leave it out, since "
                    + "Lathe checks no tokens", field: "token")
        }
    }

    /// What there is to tell at a time; each once.
    mutating func advance(to now: Int64) -> [RecorderEvent] {
        guard let expiry, !hasEnded else { return [] }
        var events: [RecorderEvent] = []
        if !hasWarned, now >= expiry - Self.warningSeconds, now < expiry {
            hasWarned = true
            events.append(.tokenPrivilegeWillExpire(token: text))
        }
        if now >= expiry {
            hasEnded = true
            events.append(.tokenPrivilegeDidExpire)
        }
        return events
    }
}
