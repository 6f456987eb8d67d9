public import Codecs
public import Units

/// A track that we offer to send.
public struct OfferedTrack: Equatable, Sendable {
    /// What it is sent as; H.264 in packetization-mode 1.
    public var codec: Codec
    /// What it may be sent as as well, from one frame to the next.
    public var alternatives: [Codec]
    /// The stream, unless there are `rids`: their streams are told by their packets.
    public var ssrc: SSRC
    /// What retransmissions are sent as; without it none are offered.
    public var rtxSSRC: SSRC?
    /// Whether the sound has two channels.
    public var isStereo: Bool
    /// H.264's profile and level, six hexadecimal digits (RFC 6184 §8.1).
    public var profileLevelID: String
    /// The names of the encodings that are sent side by side; empty for one that needs no name.
    public var rids: [String]
    /// Whether packets say how the camera was held.
    public var saysOrientation: Bool
    /// Whether Opus packets repeat the one before, by RED (RFC 2198).
    public var hasCopies: Bool
    /// The name of the stream that the track belongs to; the same for all tracks of the offer unless said.
    public var streamID: String?

    /// `profileLevelID` is constrained baseline, level 3.1, unless said otherwise (RFC 7742 §6.2).
    public init(
        codec: Codec, alternatives: [Codec] = [], ssrc: SSRC, rtxSSRC: SSRC? = nil, isStereo: Bool = false,
        profileLevelID: String = "42e01f", rids: [String] = [], saysOrientation: Bool = false,
        hasCopies: Bool = false, streamID: String? = nil
    ) {
        precondition(([codec] + alternatives).allSatisfy(\.isCarried), "calls carry neither AAC nor MP3")
        precondition(alternatives.allSatisfy { $0.kind == codec.kind }, "a track is either heard or seen")
        precondition(rids.count <= SDPLimits.maximumEncodingCount, "nobody takes more encodings")
        self.codec = codec
        self.alternatives = alternatives
        self.ssrc = ssrc
        self.rtxSSRC = rtxSSRC
        self.isStereo = isStereo
        self.profileLevelID = profileLevelID
        self.rids = rids
        self.saysOrientation = saysOrientation
        self.hasCopies = hasCopies
        self.streamID = streamID
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
        var section = MediaDescription(
            kind: codec.kind.rawValue, formats: media.payloadTypes.map { "\($0.rawValue)" })
        let stream = streamID ?? streamName(local)
        section.attributes = [.mid(media.mid)] + local.attributes(setup: .activeOrPassive)
        section.attributes += [
            .direction(.sendOnly), .mediaStream(MediaStream(stream: stream, track: "\(index)")), .rtcpMux,
            .rtcpReducedSize,
        ]
        for known in HeaderExtension.allCases {
            guard let id = media.extensions[known] else { continue }
            section.attributes.append(.extensionMap(ExtensionMap(id: UInt16(id), uri: known.rawValue)))
        }
        for payloadType in media.payloadTypes {
            section.attributes += media.attributes(of: payloadType) { parameters(of: $0.codec) }
        }
        section.attributes += rids.isEmpty ? sources(streamName(local)) : encodings
        return section
    }

    /// The same payload types in every section: a bundle may share them where they mean the same
    /// (RFC 9143 §9.1).
    private func negotiable(_ index: Int) -> NegotiatedMedia {
        let isVideo = codec.kind == .video
        let formats = ([codec] + alternatives).map { codec in
            NegotiatedFormat(
                codec: codec, payloadType: codec.usualPayloadType,
                retransmissionPayloadType: rtxSSRC.map { _ in codec.usualRetransmissionPayloadType },
                channelCount: codec == .opus ? 2 : 1, feedback: isVideo ? .all : [.nack, .transportWide])
        }
        var extensions = ExtensionNumbers(mid: 1, transportSequence: 2, absoluteSendTime: 3)
        if isVideo, saysOrientation { extensions.videoOrientation = 4 }
        if !rids.isEmpty { (extensions.streamID, extensions.repairedStreamID) = (5, 6) }
        let repeated = hasCopies ? formats.first { $0.codec == .opus } : nil
        return NegotiatedMedia(
            mid: "\(index)", midIndex: index, formats: formats,
            // The number that browsers use.
            redundancy: repeated.map {
                NegotiatedRedundancy(payloadType: PayloadType(63), repeatedPayloadType: $0.payloadType)
            },
            rids: rids, extensions: extensions)
    }

    private func parameters(of codec: Codec) -> String? {
        switch codec {
        case .opus: "minptime=10;useinbandfec=1" + (isStereo ? ";stereo=1;sprop-stereo=1" : "")
        case .h264: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profileLevelID)"
        // Main profile and tier, level 6: what browsers say.
        case .h265: "level-id=180;profile-id=1;tier-flag=0;tx-mode=SRST"
        case .vp9: "profile-id=0"
        case .av1: "level-idx=5;profile=0;tier=0"
        case .vp8, .pcmu, .pcma, .g722, .aac, .mp3: nil
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

    private var encodings: [Attribute] {
        rids.map { .restriction(RestrictionIdentifier(id: $0, isSent: true)) }
            + [.simulcast(Simulcast(sent: rids.map { [$0] }))]
    }
}

extension Codec {
    fileprivate var usualPayloadType: PayloadType {
        let number: UInt8 =
            switch self {
            case .vp8: 96
            case .vp9: 98
            case .h264: 102
            case .h265: 104
            case .av1: 106
            case .opus, .aac, .mp3: 111
            // Their own for all times (RFC 3551 §6).
            case .pcmu: 0
            case .pcma: 8
            case .g722: 9
            }
        return PayloadType(number)
    }

    /// The next number; those behind the static ones are taken.
    fileprivate var usualRetransmissionPayloadType: PayloadType {
        switch self {
        case .pcmu: PayloadType(113)
        case .pcma: PayloadType(114)
        case .g722: PayloadType(115)
        default: PayloadType(usualPayloadType.rawValue + 1)
        }
    }
}
