import Codecs
import Units

extension MediaDescription {
    /// One format of a section, and what it stands for.
    struct Choice {
        var map: RTPMap
        var codec: Codec
        var retransmission: PayloadType?
    }

    /// The first format, in the section's order, whose codec is among `codecs`.
    func firstChoice(among codecs: Set<Codec>) -> Choice? {
        for payloadType in payloadTypes {
            guard let choice = choice(payloadType), codecs.contains(choice.codec) else { continue }
            return choice
        }
        return nil
    }

    /// What a payload type is; nothing if it is no codec of ours, or not of the section's kind.
    func choice(_ payloadType: PayloadType) -> Choice? {
        guard let map = attributes.rtpMap(of: payloadType), let codec = codec(of: map) else { return nil }
        guard codec.kind.rawValue == kind else { return nil }
        return Choice(map: map, codec: codec, retransmission: retransmission(of: map))
    }

    /// The formats that are payload types.
    var payloadTypes: [PayloadType] { formats.compactMap { Words.payloadType($0).map { PayloadType($0) } } }

    /// The names of what was offered, each once.
    var offeredEncodings: [String] {
        var names: [String] = []
        for payloadType in payloadTypes {
            guard let name = attributes.rtpMap(of: payloadType)?.encoding, !names.contains(name) else { continue }
            names.append(name)
        }
        return names
    }

    private func codec(of map: RTPMap) -> Codec? {
        switch map.encoding.lowercased() {
        case "h264" where map.clockRate == Codec.h264.clockRate:
            // Mode 2, interleaved, is for senders that WebRTC does not know (RFC 7742 §6.2).
            switch attributes.formatParameters(of: map.payloadType)["packetization-mode"] {
            case nil, "0", "1": .h264
            default: nil
            }
        case "vp8" where map.clockRate == Codec.vp8.clockRate: .vp8
        // Always two channels on the wire, whatever is in it (RFC 7587 §7).
        case "opus" where map.clockRate == Codec.opus.clockRate && map.channelCount == 2: .opus
        default: nil
        }
    }

    /// The format whose `apt` names this one (RFC 4588 §8.6).
    private func retransmission(of map: RTPMap) -> PayloadType? {
        payloadTypes.first { payloadType in
            guard let candidate = attributes.rtpMap(of: payloadType), candidate.isNamed("rtx") else { return false }
            guard candidate.clockRate == map.clockRate else { return false }
            return attributes.formatParameters(of: payloadType)["apt"] == "\(map.payloadType.rawValue)"
        }
    }
}

extension MediaDescription {
    /// The streams that the section's sender signalled, and the retransmissions of each.
    var streams: (ssrcs: [SSRC], rtxSSRCs: [SSRC]) {
        let sources = attributes.compactMap { if case .source(let source) = $0 { source.ssrc } else { nil } }
        let groups = attributes.compactMap { if case .sourceGroup(let group) = $0 { group } else { nil } }
        let pairs = groups.filter { $0.semantics == "FID" && $0.ssrcs.count == 2 }.map { ($0.ssrcs[0], $0.ssrcs[1]) }
        // The second of FID repairs by retransmission, the second of FEC-FR by redundancy (RFC 5956 §4.3).
        let repairs = Set(
            groups.filter { $0.semantics == "FID" || $0.semantics == "FEC-FR" }.flatMap { $0.ssrcs.dropFirst() })
        var ssrcs: [SSRC] = []
        for ssrc in pairs.map(\.0) + sources where !repairs.contains(ssrc) && !ssrcs.contains(ssrc) {
            ssrcs.append(ssrc)
        }
        var rtxSSRCs: [SSRC] = []
        for ssrc in ssrcs {
            guard let pair = pairs.first(where: { $0.0 == ssrc }) else { break }
            rtxSSRCs.append(pair.1)
        }
        return (ssrcs, rtxSSRCs)
    }

    /// The numbers of the header extensions that are understood.
    ///
    /// Each number and each URI counts once; a number in neither form's range is passed over, and so is
    /// an extension that is not meant for `direction`.
    func extensionNumbers(
        among extensions: Set<HeaderExtension>, direction: MediaDirection
    ) -> ExtensionNumbers {
        var numbers = ExtensionNumbers()
        var taken: Set<UInt16> = []
        for map in attributes.extensionMaps where taken.insert(map.id).inserted {
            guard let known = HeaderExtension(rawValue: map.uri), extensions.contains(known) else { continue }
            guard map.id <= 255, map.id != 15, numbers[known] == nil else { continue }
            guard [nil, .sendAndReceive, direction].contains(map.direction) else { continue }
            numbers[known] = UInt8(map.id)
        }
        return numbers
    }

    /// The feedback about a payload type that both sides know.
    func feedback(for payloadType: PayloadType, among known: MediaFeedback) -> MediaFeedback {
        var feedback: MediaFeedback = []
        for kind in MediaFeedback.kinds where known.contains(kind.feedback) {
            if attributes.allowsFeedback(kind.words, for: payloadType) { feedback.insert(kind.feedback) }
        }
        return feedback
    }
}
