import Codecs
import Units

extension SessionDescription {
    /// The answer that says what was negotiated.
    func answered(
        by negotiation: Negotiation, tagged: NegotiatedMedia, bundling tags: [String]?, local: LocalParameters
    ) -> SessionDescription {
        var answer = SessionDescription(origin: local.origin)
        if let tags { answer.attributes.append(.group(MediaGroup(semantics: "BUNDLE", mids: tags))) }
        if local.isLite { answer.attributes.append(.iceLite) }
        if attributes.contains(.extensionMapAllowMixed) { answer.attributes.append(.extensionMapAllowMixed) }
        for (index, section) in media.enumerated() {
            guard let accepted = negotiation.media.first(where: { $0.midIndex == index }) else {
                answer.media.append(section.refused())
                continue
            }
            var answered = section.answered(
                by: accepted, setup: negotiation.remoteSetup == .active ? .passive : .active, local: local)
            if index == tagged.midIndex { answered.attributes += local.candidateAttributes }
            answer.media.append(answered)
        }
        return answer
    }
}

extension MediaDescription {
    /// The same section with port 0 (RFC 3264 §6).
    fileprivate func refused() -> MediaDescription {
        var refused = MediaDescription(
            kind: kind, port: 0, transportProtocol: transportProtocol, formats: Array(formats.prefix(1)))
        if let mid = attributes.mid { refused.attributes.append(.mid(mid)) }
        refused.attributes.append(.direction(.inactive))
        return refused
    }

    fileprivate func answered(
        by media: NegotiatedMedia, setup: SetupRole, local: LocalParameters
    ) -> MediaDescription {
        var answer = MediaDescription(kind: kind, transportProtocol: transportProtocol, formats: media.formats)
        if let mid = attributes.mid { answer.attributes.append(.mid(mid)) }
        answer.attributes += local.attributes(setup: setup)
        answer.attributes += [.direction(.receiveOnly), .rtcpMux]
        if media.allowsReducedSizeRTCP { answer.attributes.append(.rtcpReducedSize) }
        if attributes.contains(.extensionMapAllowMixed) { answer.attributes.append(.extensionMapAllowMixed) }
        answer.attributes += extensionAnswers(media.extensions)
        answer.attributes += media.formatAttributes(media.answeredParameters)
        return answer
    }

    /// The offer's header extensions that were taken; one offered for sending is answered for receiving
    /// (RFC 8285 §6).
    private func extensionAnswers(_ numbers: ExtensionNumbers) -> [Attribute] {
        attributes.extensionMaps.compactMap { map in
            guard let known = HeaderExtension(rawValue: map.uri), numbers[known].map(UInt16.init) == map.id else {
                return nil
            }
            let direction: MediaDirection? = map.direction == .sendOnly ? .receiveOnly : map.direction
            return .extensionMap(ExtensionMap(id: map.id, direction: direction, uri: map.uri))
        }
    }
}

extension NegotiatedMedia {
    /// The payload types, as an `m=` line lists them.
    var formats: [String] { [payloadType, retransmissionPayloadType].compactMap { $0.map { "\($0.rawValue)" } } }

    /// What the formats stand for, and what may be asked about them.
    func formatAttributes(_ parameters: String?) -> [Attribute] {
        var attributes: [Attribute] = [
            .rtpMap(
                RTPMap(
                    payloadType: payloadType, encoding: codec.encodingName, clockRate: clockRate,
                    channelCount: channelCount))
        ]
        for kind in MediaFeedback.kinds where feedback.contains(kind.feedback) {
            attributes.append(.feedback(RTCPFeedback(payloadType: payloadType, kind: kind.words)))
        }
        if let parameters {
            attributes.append(.formatParameters(FormatParameters(payloadType: payloadType, text: parameters)))
        }
        if let retransmissionPayloadType {
            attributes += [
                .rtpMap(RTPMap(payloadType: retransmissionPayloadType, encoding: "rtx", clockRate: clockRate)),
                .formatParameters(
                    FormatParameters(payloadType: retransmissionPayloadType, text: "apt=\(payloadType.rawValue)")),
            ]
        }
        return attributes
    }

    /// What we say of the format in an answer; nothing if there is nothing to say.
    fileprivate var answeredParameters: String? {
        switch codec {
        // Ten-millisecond packets are welcome, and so is redundancy against loss (RFC 7587 §6.1).
        case .opus: "minptime=10;useinbandfec=1" + (isStereo ? ";stereo=1" : "")
        case .h264: answeredH264Parameters
        case .vp8, .vp9, .h265, .av1, .pcmu, .pcma, .g722, .aac: nil
        }
    }

    /// The profile must be answered as it was offered; the sender's level may be (RFC 6184 §8.2.2).
    private var answeredH264Parameters: String? {
        var parameters: [String] = []
        if formatParameters["level-asymmetry-allowed"] == "1" { parameters.append("level-asymmetry-allowed=1") }
        if let mode = formatParameters["packetization-mode"] { parameters.append("packetization-mode=\(mode)") }
        if let profile = formatParameters["profile-level-id"], profile.utf8.count == 6, profile.allSatisfy(\.isHexDigit)
        {
            parameters.append("profile-level-id=\(profile)")
        }
        return parameters.isEmpty ? nil : parameters.joined(separator: ";")
    }
}

extension Codec {
    /// Its name in `a=rtpmap` (RFC 6184 §8.2.1, RFC 7741 §6.1, RFC 7587 §7, RFC 3640 §4.1).
    var encodingName: String {
        switch self {
        case .h264: "H264"
        case .h265: "H265"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .opus: "opus"
        case .pcmu: "PCMU"
        case .pcma: "PCMA"
        case .g722: "G722"
        case .aac: "mpeg4-generic"
        }
    }
}
