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
        var answer = MediaDescription(kind: kind, transportProtocol: transportProtocol, formats: [])
        if let mid = attributes.mid { answer.attributes.append(.mid(mid)) }
        answer.attributes += local.attributes(setup: setup)
        answer.attributes += [.direction(.receiveOnly), .rtcpMux]
        if media.allowsReducedSizeRTCP { answer.attributes.append(.rtcpReducedSize) }
        if attributes.contains(.extensionMapAllowMixed) { answer.attributes.append(.extensionMapAllowMixed) }
        answer.attributes += extensionAnswers(media.extensions)
        var taken = Set(media.payloadTypes)
        for payloadType in payloadTypes where taken.remove(payloadType) != nil {
            answer.formats.append("\(payloadType.rawValue)")
            answer.attributes += media.attributes(of: payloadType) { $0.answeredParameters }
        }
        answer.attributes += encodingAnswers(media.rids)
        return answer
    }

    /// The encodings that were taken, with the restrictions that they were offered with (RFC 8851 §6.3).
    private func encodingAnswers(_ rids: [String]) -> [Attribute] {
        guard !rids.isEmpty else { return [] }
        return rids.map {
            .restriction(RestrictionIdentifier(id: $0, isSent: false, restrictions: restriction($0)?.restrictions))
        } + [.simulcast(Simulcast(sent: [], received: rids.map { [$0] }))]
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
    /// What one payload type stands for, and what may be asked about it.
    func attributes(of payloadType: PayloadType, parameters: (NegotiatedFormat) -> String?) -> [Attribute] {
        for format in formats {
            if format.payloadType == payloadType { return format.attributes(parameters(format)) }
            if format.retransmissionPayloadType == payloadType {
                return Self.retransmission(payloadType, of: format.payloadType, format.codec.clockRate)
            }
        }
        return redundancyAttributes(of: payloadType)
    }

    private func redundancyAttributes(of payloadType: PayloadType) -> [Attribute] {
        guard let redundancy else { return [] }
        if redundancy.retransmissionPayloadType == payloadType {
            return Self.retransmission(payloadType, of: redundancy.payloadType, clockRate)
        }
        guard let repeated = formats.first(where: { $0.payloadType == redundancy.repeatedPayloadType }) else {
            let name = redundancy.payloadType == payloadType ? "red" : "ulpfec"
            return [.rtpMap(RTPMap(payloadType: payloadType, encoding: name, clockRate: clockRate))]
        }
        let block = repeated.payloadType.rawValue
        return [
            .rtpMap(
                RTPMap(
                    payloadType: payloadType, encoding: "red", clockRate: repeated.codec.clockRate,
                    channelCount: repeated.channelCount)),
            .formatParameters(FormatParameters(payloadType: payloadType, text: "\(block)/\(block)")),
        ]
    }

    private static func retransmission(
        _ payloadType: PayloadType, of original: PayloadType, _ clockRate: ClockRate
    ) -> [Attribute] {
        [
            .rtpMap(RTPMap(payloadType: payloadType, encoding: "rtx", clockRate: clockRate)),
            .formatParameters(FormatParameters(payloadType: payloadType, text: "apt=\(original.rawValue)")),
        ]
    }
}

extension NegotiatedFormat {
    fileprivate func attributes(_ parameters: String?) -> [Attribute] {
        var attributes: [Attribute] = [
            .rtpMap(
                RTPMap(
                    payloadType: payloadType, encoding: codec.encodingName, clockRate: codec.clockRate,
                    channelCount: channelCount))
        ]
        for kind in MediaFeedback.kinds where feedback.contains(kind.feedback) {
            attributes.append(.feedback(RTCPFeedback(payloadType: payloadType, kind: kind.words)))
        }
        if let parameters {
            attributes.append(.formatParameters(FormatParameters(payloadType: payloadType, text: parameters)))
        }
        return attributes
    }

    /// What we say of the format in an answer; nothing if there is nothing to say.
    ///
    /// A profile must be answered as it was offered; the sender's level may be (RFC 6184 §8.2.2, RFC 7798 §7.2.2,
    /// RFC 9628 §6.2, the AV1 payload format §7.2.3).
    fileprivate var answeredParameters: String? {
        switch codec {
        // Ten-millisecond packets are welcome, and so is redundancy against loss (RFC 7587 §6.1).
        case .opus: "minptime=10;useinbandfec=1" + (isStereo ? ";stereo=1" : "")
        case .h264: repeated(["level-asymmetry-allowed", "packetization-mode", "profile-level-id"])
        case .h265: repeated(["level-id", "profile-id", "tier-flag", "tx-mode"])
        case .vp9: repeated(["profile-id"])
        case .av1: repeated(["level-idx", "profile", "tier"])
        case .vp8, .pcmu, .pcma, .g722, .aac, .mp3: nil
        }
    }

    /// Those of the sender's parameters that are spelled as they should be: a short word or number.
    private func repeated(_ names: [String]) -> String? {
        let known = names.compactMap { name in parameters[name].map { (name, $0) } }
        let text = known.filter { $0.1.utf8.count <= 8 && Words.isToken($0.1) }.map { "\($0)=\($1)" }
        return text.isEmpty ? nil : text.joined(separator: ";")
    }
}
