import Bytes

/// An IP address of either family.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// Whether this is an IPv6 address.
    public var isV6: Bool {
        switch self {
        case .v4: false
        case .v6: true
        }
    }

    /// The address's 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .v4(let value): bytes.append(bigEndian: value)
        case .v6(let high, let low):
            bytes.append(bigEndian: high)
            bytes.append(bigEndian: low)
        }
        return bytes
    }

    /// Whether the address reaches only this machine (127/8, ::1).
    public var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// Whether the address is one of a private network's (RFC 1918 §3, RFC 6598 §7, RFC 4193 §3.1).
    public var isPrivate: Bool {
        switch self {
        case .v4(let value):
            value >> 24 == 10 || value >> 20 == 0xAC1 || value >> 16 == 0xC0A8 || value >> 22 == 0x6440 >> 6
        case .v6(let high, _): high >> 57 == 0x7E
        }
    }

    /// Whether the address is valid on one link only (169.254/16, fe80::/10).
    public var isLinkLocal: Bool {
        switch self {
        case .v4(let value): value >> 16 == 0xA9FE
        case .v6(let high, _): high >> 54 == 0x3FA
        }
    }
}

/// Where a datagram comes from or goes to.
public struct TransportAddress: Hashable, Sendable {
    public var ip: IPAddress
    public var port: UInt16

    public init(ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }
}

extension TransportAddress: CustomStringConvertible {
    /// `192.0.2.1:80` or `[2001:db8::1]:80`.
    public var description: String { ip.isV6 ? "[\(ip)]:\(port)" : "\(ip):\(port)" }

    /// Reads `host:port`; an IPv6 host stands in brackets.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        // `UInt16` alone would take a sign.
        guard digits.allSatisfy(\.isWholeNumber), let port = UInt16(digits) else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let ip = IPAddress(String(host)), ip.isV6 == isBracketed else { return nil }
        self.init(ip: ip, port: port)
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v4(let value): Self.dotted(value)
        case .v6(let high, let low): Self.coloned(high: high, low: low)
        }
    }

    private static func dotted(_ value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    /// The canonical text of RFC 5952 §4: lower case, no leading zeros, the longest run of two or
    /// more zero groups written as `::`.
    private static func coloned(high: UInt64, low: UInt64) -> String {
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
        }
        let text = groups.map { String($0, radix: 16) }
        guard let run = longestZeroRun(groups) else { return text.joined(separator: ":") }
        return text[..<run.lowerBound].joined(separator: ":") + "::"
            + text[run.upperBound...].joined(separator: ":")
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}

extension IPAddress {
    /// Reads dotted IPv4 or coloned IPv6 text (RFC 4291 §2.2); a zone (`%eth0`) is refused.
    public init?(_ text: String) {
        let parsed = text.contains(":") ? Self.parseV6(text) : Self.parseV4(text).map(IPAddress.v4)
        guard let parsed else { return nil }
        self = parsed
    }

    private static func parseV4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            // `UInt8` alone would take a sign.
            guard part.count <= 3, part.allSatisfy(\.isWholeNumber), let byte = UInt8(part) else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func parseV6(_ text: String) -> IPAddress? {
        let doubled = text.split(separator: "::", omittingEmptySubsequences: false)
        // Dotted digits can only stand last (RFC 4291 §2.2.3).
        guard doubled.count == 1 || doubled.count == 2 && !doubled[0].contains(".") else { return nil }
        guard let head = groups(of: doubled[0]) else { return nil }
        if doubled.count == 1 { return head.count == 8 ? from(groups: head) : nil }
        guard let tail = groups(of: doubled[1]), head.count + tail.count < 8 else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - head.count - tail.count)
        return from(groups: head + zeros + tail)
    }

    private static func groups(of text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains("."), let v4 = parseV4(part) {
                groups += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
                continue
            }
            let isHex = part.allSatisfy { $0.isASCII && $0.isHexDigit }
            guard (1...4).contains(part.count), isHex, let group = UInt16(part, radix: 16) else { return nil }
            groups.append(group)
        }
        return groups
    }

    private static func from(groups: [UInt16]) -> IPAddress {
        let fold = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        return .v6(high: fold(groups[0..<4]), low: fold(groups[4..<8]))
    }
}
