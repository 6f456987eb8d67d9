public import Codecs
public import Units

/// A track that we offer to send.
public struct OfferedTrack: Equatable, Sendable {
    /// What it is sent as: H.264 (packetization-mode 1), VP8 or Opus.
    public var codec: Codec
    public var ssrc: SSRC
    /// What retransmissions are sent as; without it none are offered.
    public var rtxSSRC: SSRC?
    /// Whether the sound has two channels.
    public var isStereo: Bool
    /// H.264's profile and level, six hexadecimal digits (RFC 6184 §8.1).
    public var profileLevelID: String

    /// `profileLevelID` is constrained baseline, level 3.1, unless said otherwise (RFC 7742 §6.2).
    public init(
        codec: Codec, ssrc: SSRC, rtxSSRC: SSRC? = nil, isStereo: Bool = false, profileLevelID: String = "42e01f"
    ) {
        precondition(codec != .aac, "WebRTC carries no AAC")
        self.codec = codec
        self.ssrc = ssrc
        self.rtxSSRC = rtxSSRC
        self.isStereo = isStereo
        self.profileLevelID = profileLevelID
    }
}

extension Negotiation {
    /// Offers to send tracks, one section each, all in one bundle.
    public static func offer(_ tracks: [OfferedTrack], local: LocalParameters) -> SessionDescription {
        precondition((1...SDPLimits.maximumMediaCount).contains(tracks.count), "an offer has 1 to 32 tracks")
        let mids = tracks.indices.map { "\($0)" }
        var offer = SessionDescription(
            origin: local.origin,
            attributes: [.group(MediaGroup(semantics: "BUNDLE", mids: mids)), .extensionMapAllowMixed])
        if local.isLite { offer.attributes.append(.iceLite) }
        for (index, track) in tracks.enumerated() {
            var section = track.section(index, local: local)
            if index == 0 { section.attributes += local.candidateAttributes }
            offer.media.append(section)
        }
        return offer
    }
}

extension OfferedTrack {
    fileprivate func section(_ index: Int, local: LocalParameters) -> MediaDescription {
        let media = negotiable(index)
        var section = MediaDescription(kind: codec.kind.rawValue, formats: media.formats)
        section.attributes = [.mid(media.mid)] + local.attributes(setup: .activeOrPassive)
        section.attributes += [
            .direction(.sendOnly), .mediaStream(MediaStream(stream: streamName(local), track: "\(index)")), .rtcpMux,
            .rtcpReducedSize,
        ]
        for known in HeaderExtension.allCases {
            guard let id = media.extensions[known] else { continue }
            section.attributes.append(.extensionMap(ExtensionMap(id: UInt16(id), uri: known.rawValue)))
        }
        section.attributes += media.formatAttributes(parameters)
        section.attributes += sources(streamName(local))
        return section
    }

    /// The same payload types in every section: a bundle may share them where they mean the same
    /// (RFC 9143 §9.1).
    private func negotiable(_ index: Int) -> NegotiatedMedia {
        let payloadType: UInt8 =
            switch codec {
            case .vp8: 96
            case .vp9: 98
            case .h264: 102
            case .h265: 104
            case .av1: 106
            case .opus, .aac: 111
            // Their own for all times (RFC 3551 §6).
            case .pcmu: 0
            case .pcma: 8
            case .g722: 9
            }
        let isVideo = codec.kind == .video
        return NegotiatedMedia(
            mid: "\(index)", midIndex: index, codec: codec, payloadType: PayloadType(payloadType),
            retransmissionPayloadType: rtxSSRC.map { _ in PayloadType(payloadType + 1) },
            channelCount: codec == .opus ? 2 : 1,
            extensions: ExtensionNumbers(mid: 1, transportSequence: 2, absoluteSendTime: 3),
            feedback: isVideo ? .all : [.nack, .transportWide])
    }

    private var parameters: String? {
        switch codec {
        case .opus: "minptime=10;useinbandfec=1" + (isStereo ? ";stereo=1;sprop-stereo=1" : "")
        case .h264: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profileLevelID)"
        case .vp8, .vp9, .h265, .av1, .pcmu, .pcma, .g722, .aac: nil
        }
    }

    private func streamName(_ local: LocalParameters) -> String { String(local.sessionID, radix: 36) }

    private func sources(_ name: String) -> [Attribute] {
        let group = rtxSSRC.map { Attribute.sourceGroup(StreamGroup(semantics: "FID", ssrcs: [ssrc, $0])) }
        let sources = [ssrc, rtxSSRC].compactMap(\.self).map {
            Attribute.source(StreamSource(ssrc: $0, name: "cname", value: name))
        }
        return [group].compactMap(\.self) + sources
    }
}
