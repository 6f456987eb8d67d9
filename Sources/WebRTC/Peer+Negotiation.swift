public import SDP
import Secure
public import Units

extension Peer where Channel: ~Copyable {
    /// A peer whose session descriptions are both known.
    ///
    /// `local` are the credentials of our own description. A client names the addresses that it sends from in
    /// `localAddresses`, and the same ones in `receive`. `wallClock` is the time of day at `now`, for sender reports.
    /// The same seed gives the same connection again.
    ///
    /// Everywhere, `mediaIndex` counts in `negotiation.media`.
    public init(
        role: PeerRole, local: ICECredentials, negotiation: Negotiation, localAddresses: [TransportAddress] = [],
        channel: consuming Channel, wallClock: NTPTime, seed: UInt64, at now: Instant
    ) {
        let candidates = negotiation.remoteCandidates.compactMap { candidate in
            // With RTCP multiplexed there is only the first component (RFC 5761 §5.1.3).
            candidate.component == 1 ? RemoteCandidate(candidate) : nil
        }
        let plan = Plan(
            remote: ICECredentials(fragment: negotiation.remoteUfrag, password: negotiation.remotePassword),
            candidates: candidates,
            // RFC 8842 §5.2: the active side begins. A server that was offered a choice has taken `passive`.
            beginsHandshake: negotiation.remoteSetup == .passive,
            media: negotiation.media.map(MediaPlan.init))
        self.init(
            role: role, local: local, plan: plan, localAddresses: localAddresses, channel: channel,
            wallClock: wallClock, seed: seed, at: now)
    }
}

extension RemoteCandidate {
    /// A candidate of a session description; nothing if it is a name, or not reached by UDP.
    public init?(_ candidate: Candidate) {
        guard let address = candidate.transportAddress else { return nil }
        self.init(address: address, priority: candidate.priority)
    }
}

extension MediaPlan {
    init(_ media: NegotiatedMedia) {
        codec = media.codec
        payloadType = media.payloadType
        retransmissionPayloadType = media.retransmissionPayloadType
        mid = Array(media.mid.utf8)
        midExtension = media.midExtension
        transportSequenceExtension =
            media.feedback.contains(.transportWide) ? media.transportSequenceExtension : nil
        ssrcs = media.ssrcs
        retransmissionSSRCs = media.rtxSSRCs
        usesNACK = media.feedback.contains(.nack)
        allowsReducedSizeRTCP = media.allowsReducedSizeRTCP
        if media.feedback.contains(.pictureLossIndication) {
            keyframeRequest = .pictureLossIndication
        } else {
            keyframeRequest = media.feedback.contains(.fullIntraRequest) ? .fullIntraRequest : .none
        }
    }
}
