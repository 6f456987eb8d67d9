public import Secure

/// What two descriptions agreed on: all that a peer must know of the other side.
public struct Negotiation: Equatable, Sendable {
    /// The other side's ICE user fragment.
    public var remoteUfrag: String
    /// The other side's ICE password.
    public var remotePassword: String
    /// The hash that the other side's certificate must have.
    public var remoteFingerprint: Fingerprint
    /// The other side's part in the DTLS handshake: `active` for the client, `passive` for the server.
    public var remoteSetup: SetupRole
    /// Whether the other side only answers connectivity checks.
    public var remoteIsLite: Bool
    /// Where the other side may be reached, as far as is known yet.
    public var remoteCandidates: [Candidate]
    /// The sections that carry media, in the order of their `m=` lines.
    public var media: [NegotiatedMedia]
    /// The sections that carry none, and why.
    public var refusals: [MediaRefusal]

    public init(
        remoteUfrag: String, remotePassword: String, remoteFingerprint: Fingerprint, remoteSetup: SetupRole,
        remoteIsLite: Bool = false, remoteCandidates: [Candidate] = [], media: [NegotiatedMedia],
        refusals: [MediaRefusal] = []
    ) {
        self.remoteUfrag = remoteUfrag
        self.remotePassword = remotePassword
        self.remoteFingerprint = remoteFingerprint
        self.remoteSetup = remoteSetup
        self.remoteIsLite = remoteIsLite
        self.remoteCandidates = remoteCandidates
        self.media = media
        self.refusals = refusals
    }
}

extension Negotiation {
    /// Whether we begin the DTLS handshake, as its client (RFC 8842 §5).
    public var beginsHandshake: Bool { remoteSetup == .passive }
}
