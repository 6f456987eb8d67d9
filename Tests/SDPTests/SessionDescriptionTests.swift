import SDP
import TestSupport
import Testing

@Suite("Session descriptions, RFC 8866")
struct SessionDescriptionTests {
    @Test("of true senders are read, and read the same once written", arguments: Offers.names)
    func roundTrip(_ name: String) throws {
        let offer = try Offers.named(name)
        #expect(!offer.media.isEmpty)
        #expect(try SessionDescription(parsing: offer.description) == offer)
    }

    @Test("may end their lines by LF alone, or by nothing at the very end", arguments: Offers.names)
    func lineEnds(_ name: String) throws {
        let offer = try Offers.named(name)
        let text = try Offers.text(name)
        #expect(text.contains("\r\n"))
        #expect(try SessionDescription(parsing: text.replacing("\r\n", with: "\n")) == offer)
        #expect(try SessionDescription(parsing: String(text.dropLast())) == offer)
        #expect(try SessionDescription(parsing: Array(text.utf8)) == offer)
    }

    @Test("are written as every WebRTC sender writes them")
    func written() {
        var description = SessionDescription(origin: .init(sessionID: 7, version: 2), attributes: [.iceLite])
        description.media = [MediaDescription(kind: "audio", formats: ["111", "0"], attributes: [.mid("0")])]
        #expect(
            description.description == """
                v=0\r
                o=- 7 2 IN IP4 0.0.0.0\r
                s=-\r
                t=0 0\r
                a=ice-lite\r
                m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r
                c=IN IP4 0.0.0.0\r
                a=mid:0\r

                """)
    }

    @Test(
        "are refused by line, field and remedy",
        arguments: [
            ("", 1, "v=", "the text does not begin with v=0"),
            ("v=1\n", 1, "v=", "the text does not begin with v=0"),
            ("hello", 1, "line", "it does not begin with a lower-case letter and “=”"),
            ("v=0\nA=x\n", 2, "line", "it does not begin with a lower-case letter and “=”"),
            ("v=0\na\n", 2, "line", "it does not begin with a lower-case letter and “=”"),
            ("v=0\n\ns=\u{0}\n", 3, "line", "it holds a NUL or a carriage return"),
            ("v=0\r\ns=a\rm=b\r\n", 2, "line", "it holds a NUL or a carriage return"),
            ("v=0\ns=-\n", nil, "o=", "the line is missing"),
            ("v=0\no=- 1 1\n", 2, "o=", "it is malformed"),
            ("v=0\no=- -1 1 IN IP4 0.0.0.0\n", 2, "o=", "it is malformed"),
            ("v=0\no=- 1 1 IN IP4 0.0.0.0\no=- 1 1 IN IP4 0.0.0.0\n", 3, "o=", "the line does not belong here"),
            ("v=0\nx=1\n", 2, "x=", "the line does not belong here"),
            ("v=0\nm=audio 9 RTP/AVP\n", 2, "m=", "it is malformed"),
            ("v=0\nm=audio 65536 RTP/AVP 0\n", 2, "m=", "it is malformed"),
            ("v=0\nm=audio 9/2 RTP/AVP 0\n", 2, "m=", "it is malformed"),
        ] as [(String, Int?, String, String)])
    func refuses(_ text: String, _ line: Int?, _ field: String, _ problem: String) throws {
        let error = try #require(throws: SDPError.self) { try SessionDescription(parsing: text) }
        #expect((error.line, error.field, error.problem) == (line, field, problem))
        #expect(!error.remedy.isEmpty)
    }

    @Test("say where and what in one sentence")
    func sentence() {
        let error = SDPError(line: 3, field: "m=", problem: "it is malformed", remedy: "write it anew")
        #expect(error.description == "line 3, m=: it is malformed; write it anew")
        #expect(SDPError(field: "o=", problem: "gone", remedy: "add it").description == "o=: gone; add it")
    }

    @Test("that are not UTF-8 are refused")
    func encoding() throws {
        let error = try #require(throws: SDPError.self) {
            try SessionDescription(parsing: Array("v=0\n".utf8) + [0x73, 0x3D, 0xFF])
        }
        #expect(error.problem == "it is not UTF-8")
    }

    @Test("survive every small damage without a trap")
    func damaged() {
        neverTraps(Array(Offers.small.utf8)) { bytes in
            let offer = try SessionDescription(parsing: bytes)
            _ = try Negotiation.answer(to: offer, local: recorder)
        }
    }

    @Test("of true senders survive being cut anywhere", arguments: Offers.names)
    func cut(_ name: String) throws {
        let bytes = Array(try Offers.text(name).utf8)
        for count in stride(from: 0, to: bytes.count, by: 97) {
            _ = try? Negotiation.answer(to: SessionDescription(parsing: Array(bytes[..<count])), local: recorder)
        }
    }
}

@Suite("The limits of a session description")
struct SDPLimitsTests {
    private static let head = "v=0\no=- 1 1 IN IP4 0.0.0.0\n"

    private func problem(_ text: String) throws -> String {
        try #require(throws: SDPError.self) { try SessionDescription(parsing: text) }.problem
    }

    private func isRead(_ text: String) -> Bool { (try? SessionDescription(parsing: text)) != nil }

    @Test("hold its bytes to 64 KiB")
    func byteCount() throws {
        let line = "a=\(String(repeating: "x", count: 61))\n"
        let fill = String(repeating: line, count: SDPLimits.maximumByteCount / 64 - 1)
        let rest = SDPLimits.maximumByteCount - Self.head.utf8.count - fill.utf8.count
        let full = Self.head + fill + "a=" + String(repeating: "y", count: rest - 2)
        #expect(full.utf8.count == SDPLimits.maximumByteCount)
        #expect(isRead(full))
        #expect(try problem(full + "y") == "it has 65537 bytes")
        let bytes = Array((full + "y").utf8)
        #expect(throws: SDPError.self) { try SessionDescription(parsing: bytes) }
    }

    @Test("hold a line to 2 KiB")
    func lineByteCount() throws {
        let line = "a=" + String(repeating: "x", count: SDPLimits.maximumLineByteCount - 2)
        #expect(isRead(Self.head + line))
        #expect(try problem(Self.head + line + "x") == "it has 2049 bytes")
    }

    @Test("hold its media sections to 32")
    func mediaCount() throws {
        let sections = String(repeating: "m=audio 9 RTP/AVP 0\n", count: SDPLimits.maximumMediaCount)
        #expect(isRead(Self.head + sections))
        #expect(try problem(Self.head + sections + "m=audio 9 RTP/AVP 0\n") == "there are too many")
    }

    @Test("hold the formats of a section to 128")
    func formatCount() throws {
        let line = "m=audio 9 RTP/AVP" + String(repeating: " 0", count: SDPLimits.maximumFormatCount)
        #expect(isRead(Self.head + line))
        #expect(try problem(Self.head + line + " 0") == "it lists too many formats")
    }

    @Test("hold its candidates to 128, wherever they stand")
    func candidateCount() throws {
        let candidate = "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n"
        let half = String(repeating: candidate, count: SDPLimits.maximumCandidateCount / 2)
        let text = Self.head + half + "m=audio 9 RTP/AVP 0\n" + half
        #expect(isRead(text))
        #expect(try problem(text + candidate) == "there are 129 of them")
        #expect(throws: SDPError.self) { try SDPFragment(parsing: half + half + candidate) }
    }
}
