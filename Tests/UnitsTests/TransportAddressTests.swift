import Testing
import Units

@Suite("IP address")
struct IPAddressTests {
    /// RFC 5952 §4's rules, one or two each, and RFC 4291 §2.2's examples.
    static let canonical: [(String, String)] = [
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8:AAAA::", "2001:db8:aaaa::"),
        ("0:0:0:0:0:0:0:0", "::"), ("0:0:0:0:0:0:0:1", "::1"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("fe80::1", "fe80::1"), ("1::8", "1::8"),
        ("0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("192.0.2.1", "192.0.2.1"), ("255.255.255.255", "255.255.255.255"),
    ]

    @Test("is written in the canonical form of RFC 5952 §4", arguments: canonical)
    func text(given: String, expected: String) throws {
        let address = try #require(IPAddress(given))
        #expect(address.description == expected)
        #expect(IPAddress(address.description) == address)
        #expect(address.isV6 == given.contains(":"))
    }

    @Test(
        "is refused if malformed",
        arguments: [
            "", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1.2.3.", "1..2.3",
            "1.2.3.4444", "1.2.3.٤", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0",
            "1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7:8::", "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "::+1", ":1", "1:",
            "1:2:3:4:5:6:7:1.2.3.4",
        ])
    func refusals(text: String) { #expect(IPAddress(text) == nil) }

    @Test("has 4 or 16 bytes in network order")
    func bytes() {
        #expect(IPAddress("192.0.2.1")?.bytes == [192, 0, 2, 1])
        #expect(IPAddress("2001:db8::1")?.bytes == [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test(
        "knows what reaches only this machine, and what only this link",
        arguments: [
            ("127.0.0.1", true, false), ("127.255.0.9", true, false), ("128.0.0.1", false, false),
            ("::1", true, false), ("::2", false, false), ("169.254.3.4", false, true), ("169.253.3.4", false, false),
            ("fe80::1", false, true), ("febf::1", false, true), ("fec0::1", false, false),
        ])
    func reach(text: String, isLoopback: Bool, isLinkLocal: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isLoopback == isLoopback)
        #expect(address.isLinkLocal == isLinkLocal)
    }
}

@Suite("Private addresses")
struct PrivateAddressTests {
    @Test(
        "are those of private networks",
        arguments: [
            ("10.0.0.1", true), ("11.0.0.1", false), ("172.16.0.1", true), ("172.31.255.255", true),
            ("172.32.0.1", false), ("172.15.0.1", false), ("192.168.1.1", true), ("192.169.1.1", false),
            ("100.64.0.1", true), ("100.127.255.255", true), ("100.128.0.1", false), ("8.8.8.8", false),
            ("fd00::1", true), ("fc00::1", true), ("fe00::1", false), ("2001:db8::1", false),
        ])
    func reach(text: String, isPrivate: Bool) throws { #expect(try #require(IPAddress(text)).isPrivate == isPrivate) }
}

@Suite("Transport address")
struct TransportAddressTests {
    @Test("is read as it is written", arguments: ["192.0.2.1:80", "[2001:db8::1]:65535", "[::]:0"])
    func roundTrip(text: String) { #expect(TransportAddress(text)?.description == text) }

    @Test(
        "is refused if malformed",
        arguments: [
            "", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:+80", "::1:80", "[::1]", "[::1:80", "[]:80",
            "[::1%1]:80", ":80", "192.0.2.1:-1", "[192.0.2.1]:80",
        ])
    func refusals(text: String) { #expect(TransportAddress(text) == nil) }
}
