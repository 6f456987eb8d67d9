public import Secure
public import Units

/// What a section's, or a session's, attributes say together.
extension [Attribute] {
    /// Every candidate, in order.
    public var candidates: [Candidate] {
        compactMap { if case .candidate(let candidate) = $0 { candidate } else { nil } }
    }

    /// The first user fragment.
    public var iceUfrag: String? { first { if case .iceUfrag(let ufrag) = $0 { ufrag } else { nil } } }

    /// The first ICE password.
    public var icePassword: String? { first { if case .icePassword(let password) = $0 { password } else { nil } } }

    /// The section's name in its bundle.
    public var mid: String? { first { if case .mid(let mid) = $0 { mid } else { nil } } }

    /// Who begins the DTLS handshake.
    public var setup: SetupRole? { first { if case .setup(let role) = $0 { role } else { nil } } }

    /// Which way media flows, if it is said here.
    public var direction: MediaDirection? {
        first { if case .direction(let direction) = $0 { direction } else { nil } }
    }

    /// The certificate's hashes, in order.
    public var fingerprints: [Fingerprint] {
        compactMap { if case .fingerprint(let fingerprint) = $0 { fingerprint } else { nil } }
    }

    /// The header extensions and their numbers.
    public var extensionMaps: [ExtensionMap] {
        compactMap { if case .extensionMap(let map) = $0 { map } else { nil } }
    }

    /// The sections of the first bundle (RFC 9143 §7.2); nothing if there is none.
    public var bundle: [String]? {
        first { if case .group(let group) = $0, group.semantics == "BUNDLE" { group.mids } else { nil } }
    }

    /// What ICE can do beyond the plain protocol, such as `trickle`.
    public var iceOptions: [String] {
        first { if case .iceOptions(let options) = $0 { options } else { nil } } ?? []
    }

    /// What a payload type stands for.
    public func rtpMap(of payloadType: PayloadType) -> RTPMap? {
        first { if case .rtpMap(let map) = $0, map.payloadType == payloadType { map } else { nil } }
    }

    /// A payload type's parameters; empty if it has none.
    public func formatParameters(of payloadType: PayloadType) -> [String: String] {
        first {
            if case .formatParameters(let parameters) = $0, parameters.payloadType == payloadType {
                parameters.values
            } else {
                nil
            }
        } ?? [:]
    }

    /// A payload type's parameters as they were spelled; nothing if it has none.
    public func formatParameterText(of payloadType: PayloadType) -> String? {
        first {
            if case .formatParameters(let parameters) = $0, parameters.payloadType == payloadType {
                parameters.text
            } else {
                nil
            }
        }
    }

    /// Whether a kind of feedback may be sent about a payload type.
    public func allowsFeedback(_ kind: String, for payloadType: PayloadType) -> Bool {
        contains {
            guard case .feedback(let feedback) = $0, feedback.kind == kind else { return false }
            return feedback.payloadType == nil || feedback.payloadType == payloadType
        }
    }

    private func first<T>(_ transform: (Attribute) -> T?) -> T? {
        for attribute in self { if let found = transform(attribute) { return found } }
        return nil
    }
}
