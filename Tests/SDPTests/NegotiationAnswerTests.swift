import Codecs
import SDP
import Secure
import Testing
import Units

@Suite("Answering an offer, RFC 3264 and RFC 9429")
struct NegotiationAnswerTests {
    private static let chromiumFeedback: MediaFeedback = .all

    @Test(
        "takes from each true sender what it prefers of ours",
        arguments: [
            ("aiortc", ["vp8 97/98", "opus 96"]),
            ("chromium-h264", ["h264 102/103"]),
            ("chromium-maxbundle-trickle", ["opus 111", "vp8 96/97"]),
            ("chromium-sendonly", ["opus 111", "vp8 96/97"]),
            ("chromium-sendrecv-data", ["opus 111", "vp8 96/97"]),
            ("chromium-simulcast", ["opus 111", "vp8 96/97"]),
            ("firefox-sendonly", ["opus 109", "vp8 120/124"]),
            ("firefox-sendrecv-data", ["opus 109", "vp8 120/124"]),
            ("firefox-simulcast", ["vp8 120/124"]),
            ("gstreamer-whipsink", ["h264 96/97", "opus 98"]),
            ("libdatachannel-obs", ["opus 111", "h264 96"]),
        ])
    func codecs(_ name: String, _ expected: [String]) throws {
        let (_, negotiation) = try Negotiation.answer(to: Offers.named(name), local: recorder)
        let taken = negotiation.media.map { media in
            let repair = media.retransmissionPayloadType.map { "/\($0.rawValue)" } ?? ""
            return "\(media.codec) \(media.payloadType.rawValue)\(repair)"
        }
        #expect(taken == expected)
    }

    @Test("keeps the count and the order of sections, and reads as what it is", arguments: Offers.names)
    func shape(_ name: String) throws {
        let offer = try Offers.named(name)
        var local = recorder
        local.canBeginHandshake = true
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: local)
        #expect(answer.media.map(\.kind) == offer.media.map(\.kind))
        #expect(answer.media.map(\.attributes.mid) == offer.media.map(\.attributes.mid))
        #expect(negotiation.media.count + negotiation.refusals.count == offer.media.count)
        #expect(answer.attributes.bundle == negotiation.media.map(\.mid))
        #expect(try SessionDescription(parsing: answer.description) == answer)
    }

    @Test("knows all that matters of Chromium's tracks")
    func chromium() throws {
        let (_, negotiation) = try Negotiation.answer(to: Offers.named("chromium-sendonly"), local: recorder)
        #expect(negotiation.remoteUfrag == "Hb1N")
        #expect(negotiation.remotePassword == "lVIaj7s0iiXH4IoIJGoN8Wco")
        #expect(negotiation.remoteFingerprint.description.hasPrefix("sha-256 8E:58:DC:BF"))
        #expect(negotiation.remoteSetup == .active)
        #expect(!negotiation.beginsHandshake)
        #expect(!negotiation.remoteIsLite)
        #expect(negotiation.remoteCandidates.map(\.port) == [52_884, 32_898, 9, 9])
        #expect(negotiation.refusals.isEmpty)
        let audio = NegotiatedMedia(
            mid: "0", midIndex: 0,
            formats: [
                NegotiatedFormat(
                    codec: .opus, payloadType: PayloadType(111), channelCount: 2,
                    parameters: ["minptime": "10", "useinbandfec": "1"], feedback: .transportWide),
                NegotiatedFormat(codec: .g722, payloadType: PayloadType(9)),
                NegotiatedFormat(codec: .pcmu, payloadType: PayloadType(0)),
                NegotiatedFormat(codec: .pcma, payloadType: PayloadType(8)),
            ],
            redundancy: NegotiatedRedundancy(payloadType: PayloadType(63), repeatedPayloadType: PayloadType(111)),
            ssrcs: [SSRC(2_062_020_801)],
            extensions: ExtensionNumbers(mid: 4, transportSequence: 3, absoluteSendTime: 2),
            allowsReducedSizeRTCP: true, streamID: "23824a16-cc1d-42f5-8d42-7463af4017a9",
            trackID: "d38e95e9-2e33-4509-a1e7-76999063fd95")
        var video = negotiation.media[1]
        #expect(
            video.formats[0]
                == NegotiatedFormat(
                    codec: .vp8, payloadType: PayloadType(96), retransmissionPayloadType: PayloadType(97),
                    feedback: .all))
        let codecs: [Codec] = [.vp8] + Array(repeating: .h264, count: 6) + [.av1, .vp9, .vp9]
        #expect(video.formats.map(\.codec) == codecs)
        video = NegotiatedMedia(
            mid: "1", midIndex: 1, formats: video.formats,
            redundancy: NegotiatedRedundancy(
                payloadType: PayloadType(118), retransmissionPayloadType: PayloadType(119),
                correctionPayloadType: PayloadType(120)),
            ssrcs: [SSRC(3_476_231_556)], rtxSSRCs: [SSRC(1_411_404_615)],
            extensions: ExtensionNumbers(
                mid: 4, streamID: 10, repairedStreamID: 11, transportSequence: 3, absoluteSendTime: 2,
                videoOrientation: 13),
            allowsReducedSizeRTCP: true, streamID: audio.streamID,
            trackID: "cdc7c963-a032-4b11-bc14-935b199bd436")
        #expect(negotiation.media == [audio, video])
        #expect(audio.kind == .audio)
        #expect(video.clockRate == .video)
    }

    @Test("says so, line by line")
    func text() throws {
        var offer = try Offers.named("chromium-h264")
        offer.media[0].formats = ["102", "103", "108", "118", "120"]
        let (answer, _) = try Negotiation.answer(to: offer, local: recorder)
        #expect(
            answer.description.split(separator: "\r\n")
                == """
                v=0
                o=- 42 1 IN IP4 0.0.0.0
                s=-
                t=0 0
                a=group:BUNDLE 0
                a=ice-lite
                a=extmap-allow-mixed
                m=video 9 UDP/TLS/RTP/SAVPF 102 103 108
                c=IN IP4 0.0.0.0
                a=mid:0
                a=ice-ufrag:lath
                a=ice-pwd:abcdefghijklmnopqrstuv
                a=ice-options:trickle ice2
                a=fingerprint:\(fingerprint)
                a=setup:passive
                a=recvonly
                a=rtcp-mux
                a=rtcp-rsize
                a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
                a=extmap:3 urn:3gpp:video-orientation
                a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
                a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid
                a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
                a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
                a=rtpmap:102 H264/90000
                a=rtcp-fb:102 nack
                a=rtcp-fb:102 nack pli
                a=rtcp-fb:102 ccm fir
                a=rtcp-fb:102 transport-cc
                a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
                a=rtpmap:103 rtx/90000
                a=fmtp:103 apt=102
                a=rtpmap:108 H264/90000
                a=rtcp-fb:108 nack
                a=rtcp-fb:108 nack pli
                a=rtcp-fb:108 ccm fir
                a=rtcp-fb:108 transport-cc
                a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
                a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host
                a=candidate:2 1 udp 2130706175 2001:db8::1 40000 typ host
                a=end-of-candidates
                """.split(separator: "\n"))
    }

    @Test("refuses a data channel by itself")
    func dataChannel() throws {
        let (answer, negotiation) = try Negotiation.answer(to: Offers.named("chromium-sendrecv-data"), local: recorder)
        let refusal = MediaRefusal(
            mid: "2", midIndex: 2, kind: "application", reason: .notAudioOrVideo(kind: "application"))
        #expect(negotiation.refusals == [refusal])
        #expect(
            answer.media[2]
                == MediaDescription(
                    kind: "application", port: 0, transportProtocol: "UDP/DTLS/SCTP",
                    formats: ["webrtc-datachannel"], attributes: [.mid("2"), .direction(.inactive)]))
        #expect(answer.attributes.bundle == ["0", "1"])
    }

    @Test("without the capability, takes one stream of a simulcast and does not say that it takes more")
    func simulcast() throws {
        let offer = try Offers.named("chromium-simulcast")
        var capabilities = MediaCapabilities.recorder
        capabilities.takesSimulcast = false
        capabilities.takesRedundancy = false
        let (answer, negotiation) = try Negotiation.answer(to: offer, capabilities: capabilities, local: recorder)
        #expect(negotiation.media[1].encodingCount == 1)
        #expect(!answer.description.contains("a=simulcast"))
        #expect(!answer.description.contains("a=rid"))
        #expect(!answer.description.contains("red/"))
    }

    @Test(
        "asks for stereo where it is offered",
        arguments: [
            ("minptime=10;useinbandfec=1", false), ("stereo=1", true), ("sprop-stereo=1", true), ("stereo=0", false),
        ])
    func stereo(_ parameters: String, _ isStereo: Bool) throws {
        let offer = try Offers.small(
            replacing: "opus/48000/2\n", with: "opus/48000/2\na=fmtp:111 \(parameters)\n")
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.media[0].isStereo == isStereo)
        let answered = answer.media[0].attributes.formatParameters(of: PayloadType(111))
        #expect(answered["stereo"] == (isStereo ? "1" : nil))
        #expect(answered["useinbandfec"] == "1")
    }

    @Test(
        "takes H.264 of any profile, not interleaved",
        arguments: [
            (nil, .h264), ("packetization-mode=0", .h264), ("packetization-mode=1;profile-level-id=640c34", .h264),
            ("packetization-mode=2", .vp8), ("packetization-mode=x", .vp8),
        ] as [(String?, Codec)])
    func h264(_ parameters: String?, _ codec: Codec) throws {
        let line = parameters.map { "a=fmtp:100 \($0)\n" } ?? ""
        let text = Offers.small.replacing("SAVPF 96 97", with: "SAVPF 100 96 97")
            .replacing("a=rtpmap:96", with: "a=rtpmap:100 H264/90000\n\(line)a=rtpmap:96")
        let offer = try SessionDescription(parsing: text)
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.media[1].codec == codec)
        guard codec == .h264 else { return }
        let answered = answer.media[1].attributes.formatParameters(of: PayloadType(100))
        #expect(answered == offer.media[1].attributes.formatParameters(of: PayloadType(100)))
    }

    @Test("takes only what it is capable of")
    func capabilities() throws {
        let capabilities = MediaCapabilities(codecs: [.h264, .opus], headerExtensions: [.mid], feedback: [.nack])
        let (_, negotiation) = try Negotiation.answer(
            to: Offers.named("chromium-sendonly"), capabilities: capabilities, local: recorder)
        let video = negotiation.media[1]
        #expect(video.codec == .h264)
        #expect(video.payloadType == PayloadType(102))
        #expect(video.extensions == ExtensionNumbers(mid: 4))
        #expect(video.feedback == .nack)
    }
}
