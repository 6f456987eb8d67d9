public import Secure

/// What we say of ourselves in an offer or answer.
public struct LocalParameters: Equatable, Sendable {
    /// The ICE user fragment.
    public var ufrag: String
    /// The ICE password.
    public var password: String
    /// The hash of our certificate.
    public var fingerprint: Fingerprint
    /// Where we are reached; all of them, as we gather nothing later.
    public var candidates: [Candidate]
    /// Whether we only answer connectivity checks (RFC 8445 §2.5).
    public var isLite: Bool
    /// Whether we can begin the DTLS handshake with an offerer that insists on waiting for it.
    ///
    /// Offerers should leave the choice to us (RFC 8842 §5.2), but FFmpeg's WHIP muxer says `passive`.
    public var canBeginHandshake: Bool
    /// Names the session in `o=`; random, so that nobody can guess another's.
    public var sessionID: UInt64

    public init(
        ufrag: String, password: String, fingerprint: Fingerprint, candidates: [Candidate], isLite: Bool,
        canBeginHandshake: Bool = false, sessionID: UInt64
    ) {
        self.ufrag = ufrag
        self.password = password
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.isLite = isLite
        self.canBeginHandshake = canBeginHandshake
        self.sessionID = sessionID
    }
}

extension LocalParameters {
    /// What a section says about the transport (RFC 8839 §5, RFC 8122 §5, RFC 8842 §5).
    func attributes(setup: SetupRole) -> [Attribute] {
        [
            .iceUfrag(ufrag), .icePassword(password), .iceOptions(Self.iceOptions), .fingerprint(fingerprint),
            .setup(setup),
        ]
    }

    /// We take candidates one by one (RFC 8840 §4.1.1), and do ICE as RFC 8445 has it (§10).
    static let iceOptions = ["trickle", "ice2"]

    /// Our candidates and their end, for the section that speaks for the bundle (RFC 9143 §7.1.3).
    var candidateAttributes: [Attribute] { candidates.map { .candidate($0) } + [.endOfCandidates] }

    var origin: SessionDescription.Origin { .init(sessionID: sessionID, version: 1) }
}
