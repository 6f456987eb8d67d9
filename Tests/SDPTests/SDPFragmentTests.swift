import SDP
import TestSupport
import Testing

@Suite("ICE fragments, RFC 8840 §9")
struct SDPFragmentTests {
    private static let trickle = """
        a=ice-options:trickle
        a=group:BUNDLE 0 1
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:0
        a=ice-ufrag:EsAw
        a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
        a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0
        a=candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active
        a=end-of-candidates

        """

    @Test("name credentials, candidates and their end")
    func reads() throws {
        let fragment = try SDPFragment(parsing: Self.trickle)
        #expect(fragment.ufrag == "EsAw")
        #expect(fragment.password == "P2uYro0UCOQ4zxjKXaWCBui1")
        #expect(fragment.candidates.map(\.port) == [61_764, 9])
        #expect(fragment.endsCandidates)
        #expect(try SDPFragment(parsing: fragment.description) == fragment)
        #expect(try SDPFragment(parsing: Self.trickle.replacing("\n", with: "\r\n")) == fragment)
        #expect(try SDPFragment(parsing: Array(Self.trickle.utf8)) == fragment)
    }

    @Test("may say so ahead of any section, or say nothing")
    func sessionLevel() throws {
        let fragment = try SDPFragment(parsing: "a=ice-ufrag:EsAw\na=end-of-candidates\n")
        #expect(fragment.ufrag == "EsAw")
        #expect(fragment.password == nil)
        #expect(fragment.endsCandidates)
        #expect(try SDPFragment(parsing: "") == SDPFragment())
        #expect(!SDPFragment().endsCandidates)
    }

    @Test("are written as RFC 9725 §4.3.3 shows")
    func writes() {
        let section = MediaDescription(kind: "audio", formats: ["111", "63"], attributes: [.mid("0"), .rtcpMux])
        let fragment = SDPFragment(
            for: section, bundling: ["0", "1"], ufrag: "lath", password: recorder.password,
            candidates: recorder.candidates, endsCandidates: true, isLite: true)
        #expect(
            fragment.description.split(separator: "\r\n")
                == """
                a=ice-lite
                a=ice-options:trickle ice2
                a=group:BUNDLE 0 1
                m=audio 9 UDP/TLS/RTP/SAVPF 111
                a=mid:0
                a=ice-ufrag:lath
                a=ice-pwd:abcdefghijklmnopqrstuv
                a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host
                a=candidate:2 1 udp 2130706175 2001:db8::1 40000 typ host
                a=end-of-candidates
                """.split(separator: "\n"))
    }

    @Test("are refused by line and field")
    func refuses() throws {
        let error = try #require(throws: SDPError.self) { try SDPFragment(parsing: "a=mid:0\nx=1") }
        #expect((error.line, error.field) == (2, "x="))
        let bytes: [UInt8] = [0xC3, 0x28]
        #expect(throws: SDPError.self) { try SDPFragment(parsing: bytes) }
    }

    @Test("survive every small damage without a trap")
    func damaged() {
        neverTraps(Array(Self.trickle.utf8)) { bytes in
            let fragment = try SDPFragment(parsing: bytes)
            _ = (fragment.candidates, fragment.ufrag, fragment.description)
        }
    }
}
