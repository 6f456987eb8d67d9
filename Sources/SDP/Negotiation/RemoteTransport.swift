import Secure

/// What a description says about how its sender is reached.
struct RemoteTransport {
    var ufrag: String
    var password: String
    var fingerprint: Fingerprint
    var setup: SetupRole?
    var isLite: Bool
    var candidates: [Candidate]
}

extension RemoteTransport {
    /// Reads what holds for the bundle.
    ///
    /// `tagged` is the section that speaks for the bundle (RFC 9143 §7.2): its own attributes come first,
    /// then those of the session, then those of the other sections, which leave out what the bundle shares.
    init(of description: SessionDescription, tagged: Int) throws(NegotiationError) {
        let others = description.media.indices.filter { $0 != tagged }
        let lists =
            [description.media[tagged].attributes, description.attributes]
            + others.map { description.media[$0].attributes }
        guard let ice = lists.first(where: { $0.iceUfrag != nil }), let ufrag = ice.iceUfrag else {
            throw .missing("a=ice-ufrag", "send it, with a=ice-pwd, in the session or in each section")
        }
        guard let password = ice.icePassword ?? lists.lazy.compactMap(\.icePassword).first else {
            throw .missing("a=ice-pwd", "send it beside a=ice-ufrag")
        }
        guard let fingerprint = lists.lazy.compactMap({ Self.best($0.fingerprints) }).first else {
            throw .missing("a=fingerprint", "send the certificate's SHA-256, SHA-384 or SHA-512 hash")
        }
        self.ufrag = ufrag
        self.password = password
        self.fingerprint = fingerprint
        setup = lists.lazy.compactMap(\.setup).first
        isLite = description.attributes.contains(.iceLite)
        // Candidates of a section with another user fragment belong to a transport that will not be used.
        candidates =
            lists.filter { $0.iceUfrag == nil || $0.iceUfrag == ufrag }.first { !$0.candidates.isEmpty }
            .map(\.candidates) ?? []
    }

    /// SHA-256 if it is there, as everybody computes that; else the first.
    private static func best(_ fingerprints: [Fingerprint]) -> Fingerprint? {
        fingerprints.first { $0.algorithm == .sha256 } ?? fingerprints.first
    }
}

extension NegotiationError {
    static func missing(_ field: String, _ remedy: String) -> NegotiationError {
        NegotiationError(field: field, problem: "the attribute is missing", remedy: remedy)
    }
}
