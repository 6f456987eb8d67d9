import Codecs
import Units

extension Negotiation {
    /// Answers an offer: takes what it sends, sends nothing back.
    ///
    /// Each section gets every format that `capabilities` has, in the offer's order: its sender begins with the first
    /// and may change to another. A section that offers nothing we take is refused by itself (RFC 3264 §6); the offer
    /// as a whole is refused if no section is left.
    public static func answer(
        to offer: SessionDescription, capabilities: MediaCapabilities = .recorder, local: LocalParameters
    ) throws(NegotiationError) -> (answer: SessionDescription, negotiation: Negotiation) {
        let names = try offer.sectionNames()
        let bundle = offer.attributes.bundle
        var media: [NegotiatedMedia] = []
        var refusals: [MediaRefusal] = []
        for (index, section) in offer.media.enumerated() {
            let direction = section.attributes.direction ?? offer.attributes.direction ?? .sendAndReceive
            let obstacle = section.obstacle(names[index], direction, bundle)
            switch section.decide(names[index], index, obstacle, capabilities) {
            case .take(let accepted): media.append(accepted)
            case .refuse(let reason):
                refusals.append(
                    MediaRefusal(mid: names[index], midIndex: index, kind: section.kind, reason: reason))
            }
        }
        guard !media.isEmpty else { throw .nothingLeft(refusals) }
        guard bundle != nil || media.count == 1 else {
            throw .missing("a=group", "bundle all sections, a=group:BUNDLE \(names.joined(separator: " "))")
        }
        // The first section of the bundle that is taken speaks for it (RFC 9143 §7.3.1).
        let order = bundle ?? names
        let tags = media.sorted {
            order.firstIndex(of: $0.mid) ?? .max < order.firstIndex(of: $1.mid) ?? .max
        }
        let transport = try RemoteTransport(of: offer, tagged: tags[0].midIndex)
        let setup = try transport.offeredSetup(local)
        let negotiation = Negotiation(transport, remoteSetup: setup, media: media, refusals: refusals)
        let answer = offer.answered(
            by: negotiation, tagged: tags[0], bundling: bundle.map { _ in tags.map(\.mid) }, local: local)
        return (answer, negotiation)
    }

    init(_ transport: RemoteTransport, remoteSetup: SetupRole, media: [NegotiatedMedia], refusals: [MediaRefusal]) {
        self.init(
            remoteUfrag: transport.ufrag, remotePassword: transport.password,
            remoteFingerprint: transport.fingerprint, remoteSetup: remoteSetup, remoteIsLite: transport.isLite,
            remoteCandidates: transport.candidates, media: media, refusals: refusals)
    }
}

extension NegotiationError {
    /// The error for a description of which no section is left.
    static func nothingLeft(_ refusals: [MediaRefusal]) -> NegotiationError {
        // The likeliest mistake is in a section that was meant to send.
        let meant = refusals.first {
            switch $0.reason {
            case .disabled, .notAudioOrVideo, .notSending: false
            case .transportProtocol, .outsideBundle, .separateRTCP, .noCommonCodec, .refusedByAnswer: true
            }
        }
        return (meant ?? refusals.first)?.error
            ?? NegotiationError(field: "m=", problem: "there is no media section", remedy: "offer audio or video")
    }
}

extension RemoteTransport {
    /// The offerer's part in the handshake: the beginner's, unless only the other suits it.
    fileprivate func offeredSetup(_ local: LocalParameters) throws(NegotiationError) -> SetupRole {
        switch setup {
        // Without the attribute the offerer begins (RFC 4145 §4).
        case .active, .activeOrPassive, nil: return .active
        case .passive where local.canBeginHandshake: return .passive
        case .passive, .holdConnection:
            throw NegotiationError(
                field: "a=setup", problem: "the offerer would not begin the DTLS handshake",
                remedy: "offer a=setup:actpass")
        }
    }
}

extension SessionDescription {
    /// Each section's name, or its number if it has none.
    func sectionNames() throws(NegotiationError) -> [String] {
        let names = media.enumerated().map { index, section in section.attributes.mid ?? "\(index)" }
        guard Set(names).count == names.count else {
            throw NegotiationError(
                field: "a=mid", problem: "two sections have the same", remedy: "give each section a name of its own")
        }
        return names
    }
}

/// A section's fate.
private enum Decision {
    case take(NegotiatedMedia)
    case refuse(MediaRefusal.Reason)
}

extension MediaDescription {
    fileprivate func decide(
        _ mid: String, _ index: Int, _ obstacle: MediaRefusal.Reason?, _ capabilities: MediaCapabilities
    ) -> Decision {
        if let obstacle { return .refuse(obstacle) }
        let formats = negotiableFormats(among: capabilities.codecs, feedback: capabilities.feedback)
        guard !formats.isEmpty else { return .refuse(.noCommonCodec(offered: offeredEncodings)) }
        return .take(accepted(formats, mid, index, capabilities))
    }

    /// Why the section cannot be taken whatever its codecs are.
    ///
    /// `direction` is the section's own, or the session's if it has none (RFC 8866 §6.7).
    fileprivate func obstacle(
        _ mid: String, _ direction: MediaDirection, _ bundle: [String]?
    ) -> MediaRefusal.Reason? {
        if port == 0, !attributes.contains(.bundleOnly) { return .disabled }
        if MediaKind(rawValue: kind) == nil { return .notAudioOrVideo(kind: kind) }
        if !Self.transportProtocols.contains(transportProtocol) { return .transportProtocol(transportProtocol) }
        if !direction.sends { return .notSending }
        if let bundle, !bundle.contains(mid) { return .outsideBundle }
        if !attributes.contains(.rtcpMux) { return .separateRTCP }
        return nil
    }

    /// The first is the name; the others are what older senders say and mean the same (RFC 9429 §5.1.2).
    static let transportProtocols: Set<String> = [
        "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP",
    ]

    private func accepted(
        _ formats: [NegotiatedFormat], _ mid: String, _ index: Int, _ capabilities: MediaCapabilities
    ) -> NegotiatedMedia {
        let (streams, names) = (streams, names)
        let extensions = extensionNumbers(among: capabilities.headerExtensions, direction: .sendOnly)
        // Encodings are told apart by the extensions alone (RFC 8853 §5.5).
        let takesEncodings = capabilities.takesSimulcast && kind == MediaKind.video.rawValue
        let rids = takesEncodings && extensions.streamID != nil ? encodingIDs(sending: formats) : []
        return NegotiatedMedia(
            mid: mid, midIndex: index, formats: formats,
            redundancy: capabilities.takesRedundancy ? redundancy(for: formats) : nil, rids: rids,
            ssrcs: streams.ssrcs, rtxSSRCs: streams.rtxSSRCs,
            simulcastSSRCs: takesEncodings && rids.isEmpty ? simulcastSSRCs : [], extensions: extensions,
            allowsReducedSizeRTCP: attributes.contains(.rtcpReducedSize), streamID: names.stream,
            trackID: names.track)
    }

    /// The offered encodings, without those that may only be sent in formats that are not taken (RFC 8851 §6.2).
    private func encodingIDs(sending formats: [NegotiatedFormat]) -> [String] {
        offeredEncodingIDs.filter { id in
            guard let allowed = restriction(id)?.payloadTypes else { return true }
            return formats.contains { allowed.contains($0.payloadType) }
        }
    }
}
