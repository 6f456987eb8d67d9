import Codecs
import Units

extension MediaDescription {
    /// The streams that the section's sender signalled, and the retransmissions of each.
    var streams: (ssrcs: [SSRC], rtxSSRCs: [SSRC]) {
        let sources = attributes.compactMap { if case .source(let source) = $0 { source.ssrc } else { nil } }
        let groups = streamGroups
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

    private var streamGroups: [StreamGroup] {
        attributes.compactMap { if case .sourceGroup(let group) = $0 { group } else { nil } }
    }

    /// The streams of a simulcast that is announced by SSRC, as browsers did before there were `rid`s.
    var simulcastSSRCs: [SSRC] {
        let group = streamGroups.first { $0.semantics == "SIM" && $0.ssrcs.count > 1 }
        return Array((group?.ssrcs ?? []).prefix(SDPLimits.maximumEncodingCount))
    }

    /// The track's names: from `a=msid` (RFC 8830), or as older senders say it of each SSRC.
    var names: (stream: String?, track: String?) {
        for attribute in attributes {
            switch attribute {
            case .mediaStream(let stream): return Self.names(stream)
            case .source(let source) where source.name == "msid":
                if let stream = (source.value?[...]).flatMap(MediaStream.init) { return Self.names(stream) }
            default: continue
            }
        }
        return (nil, nil)
    }

    private static func names(_ stream: MediaStream) -> (stream: String?, track: String?) {
        (stream.stream == "-" ? nil : stream.stream, stream.track)
    }

    /// The encodings that the section's sender would send side by side, in its order (RFC 8853 §5.1).
    ///
    /// The first of alternatives stands for all of them; whether an encoding is paused now makes no difference to us.
    var offeredEncodingIDs: [String] { encodingIDs { $0.sent } }

    /// The encodings that an answer takes.
    var answeredEncodingIDs: [String] { encodingIDs { $0.received } }

    private func encodingIDs(_ list: (Simulcast) -> [[String]]) -> [String] {
        for attribute in attributes {
            guard case .simulcast(let simulcast) = attribute else { continue }
            var ids: [String] = []
            for alternatives in list(simulcast) {
                guard let first = alternatives.first else { continue }
                let id = first.hasPrefix("~") ? String(first.dropFirst()) : first
                if !ids.contains(id), restriction(id) != nil { ids.append(id) }
            }
            return Array(ids.prefix(SDPLimits.maximumEncodingCount))
        }
        return []
    }

    /// What `a=rid` says of an encoding.
    func restriction(_ id: String) -> RestrictionIdentifier? {
        for case .restriction(let restriction) in attributes where restriction.id == id { return restriction }
        return nil
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
}
