import Codecs
import Units

extension MediaDescription {
    /// Every format of the section whose codec is among `codecs`, in the section's order.
    func negotiableFormats(among codecs: Set<Codec>, feedback known: MediaFeedback) -> [NegotiatedFormat] {
        var formats: [NegotiatedFormat] = []
        for payloadType in payloadTypes where !formats.contains(where: { $0.payloadType == payloadType }) {
            guard let map = rtpMap(of: payloadType), let codec = codec(of: map), codecs.contains(codec) else {
                continue
            }
            guard codec.kind.rawValue == kind else { continue }
            formats.append(
                NegotiatedFormat(
                    codec: codec, payloadType: payloadType, retransmissionPayloadType: retransmission(of: map),
                    channelCount: map.channelCount, parameters: attributes.formatParameters(of: payloadType),
                    feedback: feedback(for: payloadType, among: known)))
        }
        return formats
    }

    /// The redundancy that is offered for some of `formats`.
    func redundancy(for formats: [NegotiatedFormat]) -> NegotiatedRedundancy? {
        for payloadType in payloadTypes {
            guard let map = attributes.rtpMap(of: payloadType), map.isNamed("red") else { continue }
            var redundancy = NegotiatedRedundancy(
                payloadType: payloadType, retransmissionPayloadType: retransmission(of: map))
            if kind == MediaKind.audio.rawValue {
                redundancy.repeatedPayloadType = repeatedPayloadType(of: map, formats)
                guard redundancy.repeatedPayloadType != nil else { continue }
            } else {
                redundancy.correctionPayloadType = correctionPayloadType
                // RED around pictures is only there to carry what repairs them.
                guard redundancy.correctionPayloadType != nil, map.clockRate == .video else { continue }
            }
            return redundancy
        }
        return nil
    }

    /// The formats that are payload types.
    var payloadTypes: [PayloadType] { formats.compactMap { Words.payloadType($0).map { PayloadType($0) } } }

    /// The names of what was offered, each once.
    var offeredEncodings: [String] {
        var names: [String] = []
        for payloadType in payloadTypes {
            guard let name = rtpMap(of: payloadType)?.encoding, !names.contains(name) else { continue }
            names.append(name)
        }
        return names
    }

    /// What a payload type stands for: as it says, or as it always does.
    private func rtpMap(of payloadType: PayloadType) -> RTPMap? {
        if let map = attributes.rtpMap(of: payloadType) { return map }
        // Static types may go unsaid (RFC 3551 §6, RFC 8866 §6.6).
        guard kind == MediaKind.audio.rawValue else { return nil }
        let codec: Codec? =
            switch payloadType.rawValue {
            case 0: .pcmu
            case 8: .pcma
            case 9: .g722
            default: nil
            }
        return codec.map { RTPMap(payloadType: payloadType, encoding: $0.encodingName, clockRate: $0.clockRate) }
    }

    private func codec(of map: RTPMap) -> Codec? {
        guard let codec = Codec(encodingName: map.encoding), map.clockRate == codec.clockRate else { return nil }
        let parameters = attributes.formatParameters(of: map.payloadType)
        let isOurs =
            switch codec {
            // Mode 2, interleaved, is for senders that WebRTC does not know (RFC 7742 §6.2).
            case .h264: [nil, "0", "1"].contains(parameters["packetization-mode"])
            // One stream, in decoding order (RFC 7798 §7.1).
            case .h265:
                [nil, "SRST"].contains(parameters["tx-mode"]?.uppercased())
                    && [nil, "0"].contains(parameters["sprop-max-don-diff"])
            case .vp9: [nil, "0", "1", "2", "3"].contains(parameters["profile-id"])
            // Always two channels on the wire, whatever is in it (RFC 7587 §7).
            case .opus: map.channelCount == 2
            case .pcmu, .pcma, .g722: map.channelCount == 1
            case .vp8, .av1, .aac, .mp3: true
            }
        return isOurs ? codec : nil
    }

    /// The format whose `apt` names this one (RFC 4588 §8.6).
    private func retransmission(of map: RTPMap) -> PayloadType? {
        payloadTypes.first { payloadType in
            guard let candidate = attributes.rtpMap(of: payloadType), candidate.isNamed("rtx") else { return false }
            guard candidate.clockRate == map.clockRate else { return false }
            return attributes.formatParameters(of: payloadType)["apt"] == "\(map.payloadType.rawValue)"
        }
    }

    /// What RED's blocks hold, all of them the same: `a=fmtp:63 111/111` (RFC 2198 §5).
    private func repeatedPayloadType(of map: RTPMap, _ formats: [NegotiatedFormat]) -> PayloadType? {
        let text = attributes.formatParameterText(of: map.payloadType)
        let blocks = Set((text ?? "").split(separator: "/").map { Words.payloadType($0) })
        guard blocks.count == 1, let block = blocks.first.flatMap(\.self) else { return nil }
        let repeated = formats.first { $0.payloadType == PayloadType(block) }
        guard let repeated, repeated.codec == .opus, map.clockRate == .opus else { return nil }
        return repeated.payloadType
    }

    private var correctionPayloadType: PayloadType? {
        payloadTypes.first { payloadType in
            attributes.rtpMap(of: payloadType).map { $0.isNamed("ulpfec") && $0.clockRate == .video } ?? false
        }
    }

    /// The feedback about a payload type that both sides know.
    func feedback(for payloadType: PayloadType, among known: MediaFeedback) -> MediaFeedback {
        var feedback: MediaFeedback = []
        for kind in MediaFeedback.kinds where known.contains(kind.feedback) {
            if attributes.allowsFeedback(kind.words, for: payloadType) { feedback.insert(kind.feedback) }
        }
        // A sender that is told of each packet makes a better estimate than we do.
        if feedback.contains(.transportWide) { feedback.remove(.estimatedBitrate) }
        return feedback
    }
}

extension Codec {
    /// Its name in `a=rtpmap` (RFC 6184 §8.2.1, RFC 7798 §7.1, RFC 7741 §6.1, RFC 9628 §6.1, the AV1 payload format §7.1,
    /// RFC 7587 §7, RFC 3551 §6, RFC 3640 §4.1, RFC 3555 §4.1.20).
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
        case .mp3: "MPA"
        }
    }

    /// The codec of this name; case does not count (RFC 4855 §3).
    fileprivate init?(encodingName name: String) {
        let wanted = name.lowercased()
        guard let codec = Codec.allCases.first(where: { $0.encodingName.lowercased() == wanted }) else { return nil }
        self = codec
    }
}
