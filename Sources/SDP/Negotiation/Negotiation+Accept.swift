import Codecs
import Units

extension Negotiation {
    /// Reads the answer to an offer of ours.
    ///
    /// Each track that the answer takes is in `media`, with the numbers that the answer settled on and with
    /// the SSRCs that we offered.
    public static func accept(
        answer: SessionDescription, for offer: SessionDescription
    ) throws(NegotiationError) -> Negotiation {
        guard answer.media.count == offer.media.count else {
            throw NegotiationError(
                field: "m=", problem: "\(offer.media.count) sections were offered, \(answer.media.count) answered",
                remedy: "answer each section of the offer, in its order")
        }
        var media: [NegotiatedMedia] = []
        var refusals: [MediaRefusal] = []
        for (index, (offered, answered)) in zip(offer.media, answer.media).enumerated() {
            let mid = offered.attributes.mid ?? "\(index)"
            if answered.port == 0 {
                let kind = offered.kind
                refusals.append(MediaRefusal(mid: mid, midIndex: index, kind: kind, reason: .refusedByAnswer))
            } else {
                media.append(try offered.accepted(by: answered, mid, index))
            }
        }
        guard let tagged = media.first else { throw .nothingLeft(refusals) }
        let bundle = answer.attributes.bundle ?? []
        guard media.count == 1 || media.allSatisfy({ bundle.contains($0.mid) }) else {
            throw .missing("a=group", "answer with every section in the offer's bundle")
        }
        let transport = try RemoteTransport(of: answer, tagged: tagged.midIndex)
        return Negotiation(
            transport, remoteSetup: try transport.answeredSetup(), media: media, refusals: refusals)
    }
}

extension RemoteTransport {
    /// An answer must choose (RFC 8842 §5.3).
    fileprivate func answeredSetup() throws(NegotiationError) -> SetupRole {
        switch setup {
        case .active: return .active
        case .passive: return .passive
        case .activeOrPassive, .holdConnection, nil:
            throw NegotiationError(
                field: "a=setup", problem: "the answer does not say who begins the DTLS handshake",
                remedy: "answer a=setup:passive or a=setup:active")
        }
    }
}

extension MediaDescription {
    /// What became of an offered section; both descriptions must speak of the same formats (RFC 3264 §6.1).
    fileprivate func accepted(
        by answer: MediaDescription, _ mid: String, _ index: Int
    ) throws(NegotiationError) -> NegotiatedMedia {
        guard answer.kind == kind, answer.attributes.mid ?? mid == mid else {
            throw NegotiationError(
                field: "a=mid", problem: "section \(index) is not the one that was offered",
                remedy: "answer the sections in the offer's order")
        }
        guard answer.attributes.contains(.rtcpMux) else { throw .missing("a=rtcp-mux", "answer it as it was offered") }
        let offered = payloadTypes
        let payloadType = answer.payloadTypes.first { offered.contains($0) }
        guard let payloadType, let choice = choice(payloadType) else {
            throw NegotiationError(
                field: "m=", problem: "section \(index) answers formats that were not offered",
                remedy: "answer formats of the offer")
        }
        let (ssrcs, rtxSSRCs) = streams
        let retransmission = choice.retransmission.flatMap { answer.payloadTypes.contains($0) ? $0 : nil }
        let parameters = answer.attributes.formatParameters(of: payloadType)
        let known = Set(HeaderExtension.allCases)
        var extensions = answer.extensionNumbers(among: known, direction: .receiveOnly)
        let ours = extensionNumbers(among: known, direction: .sendOnly)
        for one in known where extensions[one] != ours[one] { extensions[one] = nil }
        return NegotiatedMedia(
            mid: mid, midIndex: index, codec: choice.codec, payloadType: payloadType,
            retransmissionPayloadType: retransmission, channelCount: choice.map.channelCount,
            formatParameters: parameters, ssrcs: ssrcs, rtxSSRCs: retransmission == nil ? [] : rtxSSRCs,
            extensions: extensions,
            feedback: answer.feedback(for: payloadType, among: feedback(for: payloadType, among: .all)),
            allowsReducedSizeRTCP: answer.attributes.contains(.rtcpReducedSize),
            isStereo: parameters["stereo"] == "1")
    }
}
