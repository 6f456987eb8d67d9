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
    convenience init(_ media: NegotiatedMedia) {
        let formats = media.formats.map {
            Format(
                codec: $0.codec, payloadType: $0.payloadType,
                retransmissionPayloadType: $0.retransmissionPayloadType)
        }
        // What may be asked about one format is asked about the section: which one will be lost, nobody knows.
        let feedback = media.formats.reduce(into: MediaFeedback()) { $0.formUnion($1.feedback) }
        self.init(
            formats: formats, encodings: Self.encodings(of: media),
            redundancyPayloadType: media.redundancy?.payloadType,
            redundancyRetransmissionPayloadType: media.redundancy?.retransmissionPayloadType,
            correctionPayloadType: media.redundancy?.correctionPayloadType,
            extensions: Extensions(media.extensions, feedback), mid: Array(media.mid.utf8), ssrcs: media.ssrcs,
            retransmissionSSRCs: media.rtxSSRCs,
            feedback: Feedback(feedback, allowsReducedSizeRTCP: media.allowsReducedSizeRTCP))
    }

    private static func encodings(of media: NegotiatedMedia) -> [Encoding] {
        if !media.rids.isEmpty { return media.rids.map { Encoding(rid: Array($0.utf8)) } }
        if media.simulcastSSRCs.isEmpty { return [Encoding()] }
        return media.simulcastSSRCs.map { ssrc in
            let repair = media.ssrcs.firstIndex(of: ssrc).flatMap { index in
                media.rtxSSRCs.indices.contains(index) ? media.rtxSSRCs[index] : nil
            }
            return Encoding(ssrc: ssrc, retransmissionSSRC: repair)
        }
    }
}

extension MediaPlan.Extensions {
    fileprivate init(_ map: ExtensionNumbers, _ feedback: MediaFeedback) {
        self.init(
            mid: map.mid, rid: map.streamID, repairedRID: map.repairedStreamID,
            transportSequence: feedback.contains(.transportWide) ? map.transportSequence : nil,
            absoluteSendTime: map.absoluteSendTime, orientation: map.videoOrientation,
            captureTime: map.absoluteCaptureTime, dependencies: map.dependencyDescriptor)
    }
}

extension MediaPlan.Feedback {
    fileprivate init(_ feedback: MediaFeedback, allowsReducedSizeRTCP: Bool) {
        usesNACK = feedback.contains(.nack)
        usesBitrateEstimate = feedback.contains(.estimatedBitrate) && !feedback.contains(.transportWide)
        self.allowsReducedSizeRTCP = allowsReducedSizeRTCP
        if feedback.contains(.pictureLossIndication) { keyframeRequests.insert(.pictureLossIndication) }
        if feedback.contains(.fullIntraRequest) { keyframeRequests.insert(.fullIntraRequest) }
    }
}
