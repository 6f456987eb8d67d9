import SDP
import Testing
import Units

private let opus = PayloadType(111)

@Suite("Attributes")
struct AttributeTests {
    private static let examples: [(String, Attribute)] = [
        ("bundle-only", .bundleOnly),
        ("sendonly", .direction(.sendOnly)),
        ("recvonly", .direction(.receiveOnly)),
        ("sendrecv", .direction(.sendAndReceive)),
        ("inactive", .direction(.inactive)),
        ("end-of-candidates", .endOfCandidates),
        ("extmap:3 urn:x", .extensionMap(ExtensionMap(id: 3, uri: "urn:x"))),
        ("extmap:16/recvonly urn:x", .extensionMap(ExtensionMap(id: 16, direction: .receiveOnly, uri: "urn:x"))),
        ("extmap-allow-mixed", .extensionMapAllowMixed),
        ("rtcp-fb:111 nack pli", .feedback(RTCPFeedback(payloadType: opus, kind: "nack pli"))),
        ("rtcp-fb:* transport-cc", .feedback(RTCPFeedback(payloadType: nil, kind: "transport-cc"))),
        ("fingerprint:\(fingerprint)", .fingerprint(fingerprint)),
        ("fmtp:111 a=1;b=2", .formatParameters(FormatParameters(payloadType: opus, text: "a=1;b=2"))),
        ("group:BUNDLE 0 video1", .group(MediaGroup(semantics: "BUNDLE", mids: ["0", "video1"]))),
        ("ice-lite", .iceLite),
        ("ice-options:trickle ice2", .iceOptions(["trickle", "ice2"])),
        ("ice-pwd:0123456789012345678901", .icePassword("0123456789012345678901")),
        ("ice-ufrag:a-_/", .iceUfrag("a-_/")),
        ("msid:- track", .mediaStream(MediaStream(stream: "-", track: "track"))),
        ("msid:stream", .mediaStream(MediaStream(stream: "stream"))),
        ("mid:video0", .mid("video0")),
        ("rid:q send", .restriction(RestrictionIdentifier(id: "q", isSent: true))),
        (
            "rid:h recv pt=96;max-width=640",
            .restriction(RestrictionIdentifier(id: "h", isSent: false, restrictions: "pt=96;max-width=640"))
        ),
        ("rtcp-mux", .rtcpMux),
        ("rtcp-rsize", .rtcpReducedSize),
        (
            "rtpmap:111 opus/48000/2",
            .rtpMap(RTPMap(payloadType: opus, encoding: "opus", clockRate: .opus, channelCount: 2))
        ),
        ("rtpmap:111 VP8/90000", .rtpMap(RTPMap(payloadType: opus, encoding: "VP8", clockRate: .video))),
        ("setup:actpass", .setup(.activeOrPassive)),
        ("setup:holdconn", .setup(.holdConnection)),
        ("simulcast:send q;~h,f", .simulcast(Simulcast(sent: [["q"], ["~h", "f"]]))),
        ("simulcast:send q recv a;b", .simulcast(Simulcast(sent: [["q"]], received: [["a"], ["b"]]))),
        ("ssrc:4294967295 cname:x", .source(StreamSource(ssrc: SSRC(.max), name: "cname", value: "x"))),
        ("ssrc:1 label", .source(StreamSource(ssrc: SSRC(1), name: "label", value: nil))),
        ("ssrc-group:FID 1 2", .sourceGroup(StreamGroup(semantics: "FID", ssrcs: [SSRC(1), SSRC(2)]))),
        ("rtcp:9 IN IP4 0.0.0.0", .other(name: "rtcp", value: "9 IN IP4 0.0.0.0")),
        ("fmtp:webrtc-datachannel x", .other(name: "fmtp", value: "webrtc-datachannel x")),
        ("mid", .other(name: "mid", value: nil)),
        ("x-ünknown", .other(name: "x-ünknown", value: nil)),
    ]

    @Test("are read and written alike", arguments: examples)
    func reads(_ text: String, _ attribute: Attribute) throws {
        #expect(try SDPFragment(parsing: "a=\(text)\r\n").attributes == [attribute])
        #expect(attribute.description == text)
    }

    @Test("pass over a fingerprint by a hash that is too weak")
    func weakHash() throws {
        let fragment = try SDPFragment(parsing: "a=fingerprint:sha-1 00:11")
        #expect(fragment.attributes == [.other(name: "fingerprint", value: "sha-1 00:11")])
    }

    @Test(
        "are refused by name, with what to write instead",
        arguments: [
            (":x", "a=", "it has no name", "write a=<name> or a=<name>:<value>"),
            ("ice-ufrag:abc", "a=ice-ufrag", "it is not 4 to 256 letters, digits, “+” or “/”", credentialRemedy),
            ("ice-ufrag:a:bcd", "a=ice-ufrag", "it is not 4 to 256 letters, digits, “+” or “/”", credentialRemedy),
            ("ice-pwd:short", "a=ice-pwd", "it is not 22 to 256 letters, digits, “+” or “/”", credentialRemedy),
            ("mid:two words", "a=mid", "it is not a token", "use letters and digits, a=mid:0 for instance"),
            ("setup:first", "a=setup", "the role is unknown", "offer a=setup:actpass"),
            ("extmap:0 urn:x", "a=extmap", "it is malformed", "write a=extmap:<1 to 65535> <URI>"),
            ("extmap:1/both urn:x", "a=extmap", "it is malformed", "write a=extmap:<1 to 65535> <URI>"),
            ("group:", "a=group", "it is malformed", "write a=group:BUNDLE <mid> <mid>"),
            ("msid:a b c", "a=msid", "it is malformed", "write a=msid:<stream> <track>"),
            ("rtcp-fb:128 nack", "a=rtcp-fb", "it is malformed", "write a=rtcp-fb:<0 to 127, or *> <kind>"),
            ("rtpmap:96 H264", "a=rtpmap", "it is malformed", mapRemedy),
            ("rtpmap:96 H264/0", "a=rtpmap", "it is malformed", mapRemedy),
            ("rtpmap:128 H264/90000", "a=rtpmap", "it is malformed", mapRemedy),
            ("ssrc:-1 cname:x", "a=ssrc", "it is malformed", "write a=ssrc:<number below 2³²> <name>:<value>"),
            ("ssrc-group:FID 1 x", "a=ssrc-group", "it is malformed", "write a=ssrc-group:FID <ssrc> <ssrc>"),
            (
                "fingerprint:sha-256 00:11", "a=fingerprint", "it is malformed",
                "write a=fingerprint:sha-256 <32 bytes in hexadecimal, colons between>"
            ),
        ])
    func refuses(_ text: String, _ field: String, _ problem: String, _ remedy: String) {
        #expect(throws: SDPError(line: 2, field: field, problem: problem, remedy: remedy)) {
            try SDPFragment(parsing: "a=ice-lite\na=\(text)\n")
        }
    }

    private static let credentialRemedy = "make it anew as RFC 8839 §5.4 says"
    private static let mapRemedy = "write a=rtpmap:<0 to 127> <encoding>/<clock rate>[/<channels>]"

    @Test("give a format's parameters by name in lower case, the first of a name")
    func formatParameters() {
        let parameters = FormatParameters(
            payloadType: opus, text: "Profile-Level-ID=42e01f; packetization-mode=1;;apt;packetization-mode=0;x=a=b")
        #expect(
            parameters.values == ["profile-level-id": "42e01f", "packetization-mode": "1", "x": "a=b"])
    }
}
