import Codecs
import SDP
import Testing
import Units

@Suite("Which formats an offer's sections come to")
struct NegotiatedFormatTests {
    private func answer(
        _ kind: String, _ formats: String, _ lines: String
    ) throws -> (answer: MediaDescription, media: NegotiatedMedia?) {
        let head = "m=\(kind) 9 UDP/TLS/RTP/SAVPF \(formats)\na=mid:x\na=sendonly\na=rtcp-mux\n"
        let text = Offers.small.replacing("BUNDLE a v", with: "BUNDLE a v x") + head + lines + "\n"
        let (answer, negotiation) = try Negotiation.answer(to: SessionDescription(parsing: text), local: recorder)
        return (answer.media[2], negotiation.media.first { $0.mid == "x" })
    }

    @Test(
        "takes every codec that we know, and says again what must be said of it",
        arguments: [
            (
                "H264", "packetization-mode=1;profile-level-id=640c34", .h264,
                "packetization-mode=1;profile-level-id=640c34"
            ),
            ("H264", "packetization-mode=2", nil, nil),
            (
                "H265", "level-id=93;profile-id=2;tier-flag=0;tx-mode=SRST", .h265,
                "level-id=93;profile-id=2;tier-flag=0;tx-mode=SRST"
            ),
            ("h265", "sprop-max-don-diff=0", .h265, nil), ("H265", "sprop-max-don-diff=2", nil, nil),
            ("H265", "tx-mode=MRST", nil, nil), ("VP8", "max-fs=12288", .vp8, nil),
            ("VP9", "x=y", .vp9, nil), ("VP9", "profile-id=0", .vp9, "profile-id=0"),
            ("VP9", "profile-id=3", .vp9, "profile-id=3"), ("VP9", "profile-id=4", nil, nil),
            ("AV1", "level-idx=5;profile=0;tier=0", .av1, "level-idx=5;profile=0;tier=0"),
            ("AV1", "profile=0123456789", .av1, nil), ("AV1", "profile=(", .av1, nil),
            ("H263", "x=y", nil, nil), ("flexfec-03", "repair-window=10000000", nil, nil),
        ] as [(String, String, Codec?, String?)])
    func video(_ name: String, _ parameters: String, _ codec: Codec?, _ answered: String?) throws {
        let (section, media) = try answer("video", "70", "a=rtpmap:70 \(name)/90000\na=fmtp:70 \(parameters)")
        #expect(media?.codec == codec)
        #expect(section.attributes.formatParameterText(of: PayloadType(70)) == answered)
        #expect(section.port == (codec == nil ? 0 : 9))
    }

    @Test(
        "takes telephone sound, whose numbers need no explanation",
        arguments: [
            ("0", "", .pcmu), ("8", "", .pcma), ("9", "", .g722), ("3", "", nil), ("70", "", nil),
            ("70", "a=rtpmap:70 PCMA/8000", .pcma), ("0", "a=rtpmap:0 PCMU/8000/1", .pcmu),
            ("70", "a=rtpmap:70 PCMU/16000", nil), ("70", "a=rtpmap:70 PCMU/8000/2", nil),
            ("70", "a=rtpmap:70 opus/48000", nil), ("0", "a=rtpmap:0 CN/8000", nil),
        ] as [(String, String, Codec?)])
    func audio(_ format: String, _ line: String, _ codec: Codec?) throws {
        let (section, media) = try answer("audio", format, line)
        #expect(media?.codec == codec)
        guard let codec, let payloadType = media?.payloadType else { return }
        let map = RTPMap(payloadType: payloadType, encoding: codec.rawValue, clockRate: .telephone)
        #expect(section.attributes.rtpMap(of: payloadType)?.isNamed(map.encoding) == true)
        #expect(section.formats == [format])
    }

    @Test("lists all that it takes in the offer's order, and nothing else")
    func order() throws {
        let lines = """
            a=rtpmap:71 rtx/90000
            a=fmtp:71 apt=72
            a=rtpmap:72 VP9/90000
            a=rtpmap:73 H263/90000
            a=rtpmap:74 AV1/90000
            a=rtpmap:75 rtx/90000
            a=fmtp:75 apt=73
            a=rtpmap:76 VP9/90000
            a=fmtp:76 profile-id=2
            """
        let (section, media) = try answer("video", "71 74 73 75 72 76 72", lines)
        #expect(section.formats == ["71", "74", "72", "76"])
        let formats = try #require(media).formats
        #expect(formats.map(\.codec) == [.av1, .vp9, .vp9])
        #expect(formats.map(\.retransmissionPayloadType) == [nil, PayloadType(71), nil])
        #expect(media?.codec == .av1)
    }

    private static let opus = "a=rtpmap:111 opus/48000/2\n"

    @Test(
        "takes copies of Opus only, in RED whose blocks are all of it",
        arguments: [
            ("a=rtpmap:63 red/48000/2\na=fmtp:63 111/111", 111), ("a=rtpmap:63 red/48000/2\na=fmtp:63 111", 111),
            ("a=rtpmap:63 red/48000/2\na=fmtp:63 111/0", nil), ("a=rtpmap:63 red/48000/2", nil),
            ("a=rtpmap:63 red/8000\na=fmtp:63 0/0", nil), ("a=rtpmap:63 red/48000/2\na=fmtp:63 112/112", nil),
            ("a=rtpmap:63 red/48000/2\na=fmtp:63 x/x", nil),
        ] as [(String, UInt8?)])
    func soundRedundancy(_ lines: String, _ repeated: UInt8?) throws {
        let (section, media) = try answer("audio", "111 63 0", Self.opus + lines)
        #expect(media?.redundancy?.repeatedPayloadType?.rawValue == repeated)
        #expect(section.formats == (repeated == nil ? ["111", "0"] : ["111", "63", "0"]))
        let text = section.attributes.formatParameterText(of: PayloadType(63))
        #expect(text == (repeated == nil ? nil : "111/111"))
        #expect(section.attributes.rtpMap(of: PayloadType(63))?.channelCount == (repeated == nil ? nil : 2))
    }

    @Test(
        "takes RED around pictures where ULPFEC comes with it",
        arguments: [
            ("96 118 119 120", ["96", "118", "119", "120"]), ("96 118 119", ["96"]),
            ("120 118 96", ["120", "118", "96"]),
            ("96 120", ["96"]),
        ])
    func pictureRedundancy(_ formats: String, _ answered: [String]) throws {
        let lines = """
            a=rtpmap:96 VP8/90000
            a=rtpmap:118 red/90000
            a=rtpmap:119 rtx/90000
            a=fmtp:119 apt=118
            a=rtpmap:120 ulpfec/90000
            """
        let (section, media) = try answer("video", formats, lines)
        #expect(section.formats == answered)
        #expect((media?.redundancy != nil) == (answered.count > 1))
        #expect(media?.redundancy?.correctionPayloadType == (answered.count > 1 ? PayloadType(120) : nil))
        #expect(try MediaDescription(parsingAgain: section) == section)
    }

    @Test(
        "an estimate of the bitrate is agreed on where packets are not counted",
        arguments: [
            ("a=rtcp-fb:96 goog-remb", "a=rtcp-fb:96 goog-remb"),
            ("a=rtcp-fb:96 goog-remb\na=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 transport-cc"),
        ])
    func estimate(_ offered: String, _ answered: String) throws {
        let (section, _) = try answer("video", "96", "a=rtpmap:96 VP8/90000\n\(offered)")
        #expect(section.description.split(separator: "\r\n").filter { $0.hasPrefix("a=rtcp-fb") } == [answered[...]])
    }

    @Test(
        "tracks keep the names that their sender gave them",
        arguments: [
            ("a=msid:camera 1", "camera", "1"), ("a=msid:- 2", nil, "2"), ("a=msid:screen", "screen", nil),
            ("a=ssrc:5 cname:z\na=ssrc:5 msid:screen 3", "screen", "3"), ("a=ssrc:5 cname:z", nil, nil),
        ] as [(String, String?, String?)])
    func names(_ lines: String, _ stream: String?, _ track: String?) throws {
        let media = try answer("video", "96", "a=rtpmap:96 VP8/90000\n\(lines)").media
        #expect(media?.streamID == stream)
        #expect(media?.trackID == track)
    }
}

extension MediaDescription {
    /// What comes of a section that is written and read again.
    fileprivate init(parsingAgain section: MediaDescription) throws {
        let whole = SessionDescription(origin: .init(sessionID: 1, version: 1), media: [section])
        self = try SessionDescription(parsing: whole.description).media[0]
    }
}
