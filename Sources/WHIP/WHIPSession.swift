public import SDP

/// The ICE sessions of one WHIP resource, from its `POST` to its `DELETE` (RFC 9725 §4.3).
///
/// It only decides; whoever owns the peer performs what it returns. After `.restart`, and once the
/// peer has new credentials, call `restarted(…)` for the body and tag of the response.
public struct WHIPSession: Equatable, Sendable {
    /// The media type of a `PATCH`; the value of `Accept-Patch` too.
    public static let mediaType = "application/trickle-ice-sdpfrag"

    /// The current ICE session's name, for `ETag` in the 201.
    public private(set) var entityTag: EntityTag

    /// The client's user fragment in the current ICE session.
    public private(set) var remoteUfrag: String

    /// The section that speaks for the bundle in the answer.
    private let tagged: MediaDescription
    private let mids: [String]

    /// The session that an answer begins.
    ///
    /// `entityTag` must be unique among the session's tags.
    public init(answer: SessionDescription, negotiation: Negotiation, entityTag: EntityTag) {
        let taken = negotiation.media.map { answer.media[$0.midIndex] }
        let mids = answer.attributes.bundle ?? taken.compactMap(\.attributes.mid)
        let tagged = taken.first { $0.attributes.mid != nil && $0.attributes.mid == mids.first } ?? taken.first
        precondition(tagged != nil, "an answer takes at least one section")
        self.tagged = tagged ?? MediaDescription(kind: "audio", formats: ["0"])
        self.mids = mids
        self.entityTag = entityTag
        remoteUfrag = negotiation.remoteUfrag
    }

    /// What a `PATCH` asks for.
    public enum PatchAction: Equatable, Sendable {
        /// Add these candidates, and answer 204.
        case add([Candidate], isLast: Bool)
        /// Begin a new ICE session with these credentials and candidates alone, and answer 200.
        case restart(ufrag: String, password: String, candidates: [Candidate], isLast: Bool)
    }

    /// Takes a `PATCH` in; refused, it changes nothing.
    public func receivedPatch(
        contentType: String?, ifMatch: String?, body: [UInt8]
    ) throws(WHIPProblem) -> PatchAction {
        try WHIPEndpoint.check(contentType, is: Self.mediaType)
        guard let condition = EntityTagCondition(ifMatch) else { throw .preconditionRequired }
        try WHIPEndpoint.checkSize(body)
        guard condition.allows(entityTag) else { throw .preconditionFailed(current: entityTag) }
        return try action(for: Self.fragment(body))
    }

    private static func fragment(_ body: [UInt8]) throws(WHIPProblem) -> SDPFragment {
        do throws(SDPError) { return try SDPFragment(parsing: body) } catch { throw .malformed(error) }
    }

    /// Credentials other than the current ones begin a restart, unlike in RFC 8840 (RFC 9725 §4.3.3).
    private func action(for fragment: SDPFragment) throws(WHIPProblem) -> PatchAction {
        guard let ufrag = fragment.ufrag, ufrag != remoteUfrag else {
            return .add(fragment.candidates, isLast: fragment.endsCandidates)
        }
        guard let password = fragment.password else { throw .incompleteCredentials(missing: "a=ice-pwd") }
        return .restart(
            ufrag: ufrag, password: password, candidates: fragment.candidates, isLast: fragment.endsCandidates)
    }

    /// The new ICE session has begun: the body of the 200, whose `ETag` is the tag given.
    ///
    /// `local` has the credentials and candidates of the new session; `remoteUfrag` is the client's, from
    /// the action.
    public mutating func restarted(
        remoteUfrag: String, local: LocalParameters, entityTag: EntityTag
    ) -> SDPFragment {
        precondition(entityTag != self.entityTag, "a new ICE session has a new tag")
        self.entityTag = entityTag
        self.remoteUfrag = remoteUfrag
        return SDPFragment(
            for: tagged, bundling: mids, ufrag: local.ufrag, password: local.password,
            candidates: local.candidates, endsCandidates: true, isLite: local.isLite)
    }
}
