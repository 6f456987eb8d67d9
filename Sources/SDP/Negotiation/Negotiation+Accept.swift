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
        let formats = negotiableFormats(among: Set(Codec.allCases), feedback: .all).agreed(with: answer)
        guard !formats.isEmpty else {
            throw NegotiationError(
                field: "m=", problem: "section \(index) answers formats that were not offered",
                remedy: "answer formats of the offer")
        }
        let (streams, names) = (streams, names)
        let repairs = formats.contains { $0.retransmissionPayloadType != nil }
        let known = Set(HeaderExtension.allCases)
        var extensions = answer.extensionNumbers(among: known, direction: .receiveOnly)
        let ours = extensionNumbers(among: known, direction: .sendOnly)
        for one in known where extensions[one] != ours[one] { extensions[one] = nil }
        let taken = answer.answeredEncodingIDs
        let redundancy = redundancy(for: formats).flatMap { offered in
            answer.payloadTypes.contains(offered.payloadType) ? offered : nil
        }
        return NegotiatedMedia(
            mid: mid, midIndex: index, formats: formats, redundancy: redundancy,
            rids: extensions.streamID == nil ? [] : offeredEncodingIDs.filter { taken.contains($0) },
            ssrcs: streams.ssrcs, rtxSSRCs: repairs ? streams.rtxSSRCs : [], extensions: extensions,
            allowsReducedSizeRTCP: answer.attributes.contains(.rtcpReducedSize), streamID: names.stream,
            trackID: names.track)
    }
}

extension [NegotiatedFormat] {
    /// Those that an answer took, in the order of its preference, with what it says of them.
    fileprivate func agreed(with answer: MediaDescription) -> [NegotiatedFormat] {
        let answered = answer.payloadTypes
        return answered.compactMap { payloadType in
            guard var format = first(where: { $0.payloadType == payloadType }) else { return nil }
            if let repair = format.retransmissionPayloadType, !answered.contains(repair) {
                format.retransmissionPayloadType = nil
            }
            format.parameters = answer.attributes.formatParameters(of: payloadType)
            format.feedback = answer.feedback(for: payloadType, among: format.feedback)
            return format
        }
    }
}
