import SDP
import Testing
import Units

@Suite("Candidates, RFC 8839 §5.1")
struct CandidateTests {
    private static let examples: [(text: String, candidate: Candidate)] = [
        (
            "1387637174 1 udp 2122260223 192.0.2.1 61764 typ host",
            Candidate(
                foundation: "1387637174", priority: 2_122_260_223, address: .ip(.v4(0xC000_0201)), port: 61_764,
                kind: .host)
        ),
        (
            "2 2 udp 1685987071 2001:db8::7 42935 typ srflx raddr 192.0.2.1 rport 7",
            Candidate(
                foundation: "2", component: 2, priority: 1_685_987_071,
                address: .ip(.v6(high: 0x2001_0DB8 << 32, low: 7)), port: 42_935, kind: .serverReflexive,
                related: .init(address: .ip(.v4(0xC000_0201)), port: 7))
        ),
        (
            "3 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active ufrag EsAw",
            Candidate(
                foundation: "3", transport: .tcp(.active), priority: 1_518_280_447, address: .ip(.v4(0xC000_0201)),
                port: 9, kind: .host, ufrag: "EsAw")
        ),
        (
            "0 1 udp 2122187007 ac49aeb2-e7a0.local 50730 typ host",
            Candidate(
                foundation: "0", priority: 2_122_187_007, address: .name("ac49aeb2-e7a0.local"), port: 50_730,
                kind: .host)
        ),
        (
            "a+/ 1 udp 1 192.0.2.1 1 typ relay",
            Candidate(foundation: "a+/", priority: 1, address: .ip(.v4(0xC000_0201)), port: 1, kind: .relayed)
        ),
    ]

    @Test("are read and written alike", arguments: examples)
    func reads(_ example: (text: String, candidate: Candidate)) throws {
        let fragment = try SDPFragment(parsing: "a=candidate:\(example.text)")
        #expect(fragment.candidates == [example.candidate])
        #expect(example.candidate.description == example.text)
    }

    @Test("are read in capitals, and with extensions that mean nothing to us")
    func lenient() throws {
        let text = "a=candidate:0 1 UDP 5 192.0.2.1 7 typ host generation 0 network-cost 10 raddr x"
        let candidate = Candidate(foundation: "0", priority: 5, address: .ip(.v4(0xC000_0201)), port: 7, kind: .host)
        #expect(try SDPFragment(parsing: text).candidates == [candidate])
    }

    @Test("over an unknown transport are passed over, not refused")
    func unknownTransport() throws {
        let text = "a=candidate:0 1 ssltcp 5 192.0.2.1 7 typ host"
        #expect(try SDPFragment(parsing: text).candidates.isEmpty)
    }

    @Test(
        "are refused by what is wrong with them",
        arguments: [
            ("1 1 udp 5 192.0.2.1 7", "it has too few words, or no “typ”"),
            ("1 1 udp 5 192.0.2.1 7 type host", "it has too few words, or no “typ”"),
            ("é 1 udp 5 192.0.2.1 7 typ host", "the foundation is not 1 to 32 letters and digits"),
            (
                "\(String(repeating: "f", count: 33)) 1 udp 5 192.0.2.1 7 typ host",
                "the foundation is not 1 to 32 letters and digits"
            ),
            ("1 0 udp 5 192.0.2.1 7 typ host", "the component is not a positive number"),
            ("1 1 udp 4294967296 192.0.2.1 7 typ host", "the priority is not a number below 2³²"),
            ("1 1 udp +5 192.0.2.1 7 typ host", "the priority is not a number below 2³²"),
            ("1 1 udp 5 192.0.2.1:5 7 typ host", "the address is neither an address nor a name"),
            ("1 1 udp 5 192.0.2.1 65536 typ host", "the port is not 0 to 65535"),
            ("1 1 udp 5 192.0.2.1 7 typ home", "the type is unknown"),
        ])
    func refuses(_ text: String, _ problem: String) {
        let error = SDPError(
            line: 1, field: "a=candidate", problem: problem,
            remedy: "write a=candidate:<foundation> <component> udp <priority> <address> <port> typ <type>")
        #expect(throws: error) { try SDPFragment(parsing: "a=candidate:\(text)") }
    }

    @Test("of our own have RFC 8445 §5.1.2.1's priorities")
    func priorities() {
        let address = TransportAddress(ip: .v4(0xC000_0201), port: 5)
        #expect(Candidate.host(address).priority == 2_130_706_431)
        #expect(Candidate.host(address, preference: 1).priority == 2_130_706_175)
        #expect(Candidate.host(address).transportAddress == address)
    }

    @Test("are reachable only by UDP at an address")
    func reachable() {
        let tcp = Candidate(
            foundation: "1", transport: .tcp(.passive), priority: 1, address: .ip(.v4(1)), port: 1, kind: .host)
        let named = Candidate(foundation: "1", priority: 1, address: .name("a.local"), port: 1, kind: .host)
        #expect(tcp.transportAddress == nil)
        #expect(named.transportAddress == nil)
    }
}
