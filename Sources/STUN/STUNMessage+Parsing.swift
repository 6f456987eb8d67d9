public import Bytes
import Secure
import Units

extension STUNMessage {
    // |0 0|     type (14)             |        length (16)          |
    // |                magic cookie 0x2112A442                      |
    // |                transaction identifier (96)                  |
    // |  attributes: type (16), length (16), value, padding to 4 …  |

    /// Reads one datagram (RFC 8489 §5), and checks its FINGERPRINT if it has one.
    ///
    /// What MESSAGE-INTEGRITY promises is checked by `isAuthentic(_:password:)` once the password is known.
    public init(parsing datagram: Span<UInt8>) throws(WireError) {
        var reader = ByteReader(datagram)
        guard let kind = Kind(rawValue: try reader.read()) else { throw .invalid("type", at: 0) }
        let bodyByteCount = Int(try reader.read(UInt16.self))
        guard try reader.read(UInt32.self) == magicCookie else { throw .invalid("magic cookie", at: 4) }
        let transaction = TransactionID(high: try reader.read(), low: try reader.read())
        guard bodyByteCount % 4 == 0, bodyByteCount == reader.remaining else { throw .invalid("length", at: 2) }
        self.init(kind, transaction: transaction)
        while reader.remaining > 0 { try parseAttribute(&reader, of: datagram) }
    }

    private mutating func parseAttribute(_ reader: inout ByteReader, of datagram: Span<UInt8>) throws(WireError) {
        let start = reader.position
        let type: UInt16 = try reader.read()
        let byteCount = Int(try reader.read(UInt16.self))
        let padding = (4 - byteCount % 4) % 4
        guard byteCount + padding <= reader.remaining else {
            throw .truncated(at: reader.position, needed: byteCount + padding, available: reader.remaining)
        }
        let end = reader.position + byteCount + padding
        if type == Attribute.fingerprint {
            try Self.checkFingerprint(&reader, of: datagram, at: start, byteCount: byteCount)
        } else if integrityOffset == nil {
            // Nothing behind MESSAGE-INTEGRITY is protected by it, so all of that is ignored (RFC 8489 §14.5).
            try parseValue(of: type, byteCount: byteCount, at: start, &reader)
        }
        try reader.skip(end - reader.position)
    }

    private mutating func parseValue(
        of type: UInt16, byteCount: Int, at start: Int, _ reader: inout ByteReader
    ) throws(WireError) {
        switch type {
        case Attribute.username: username = try Self.text(byteCount, &reader)
        case Attribute.software: software = try Self.text(byteCount, &reader)
        case Attribute.priority:
            try Self.expect(byteCount, 4, at: start)
            priority = try reader.read()
        case Attribute.useCandidate: usesCandidate = true
        case Attribute.iceControlled:
            try Self.expect(byteCount, 8, at: start)
            role = .controlled(tieBreaker: try reader.read())
        case Attribute.iceControlling:
            try Self.expect(byteCount, 8, at: start)
            role = .controlling(tieBreaker: try reader.read())
        case Attribute.xorMappedAddress: mappedAddress = try parseAddress(byteCount, at: start, &reader)
        case Attribute.errorCode: failure = try Self.parseFailure(byteCount, at: start, &reader)
        case Attribute.unknownAttributes:
            for _ in 0..<byteCount / 2 { unknownAttributes.append(try reader.read()) }
        case Attribute.messageIntegrity:
            try Self.expect(byteCount, 20, at: start)
            integrityOffset = start
        case Attribute.mappedAddress, Attribute.realm, Attribute.nonce, Attribute.messageIntegritySHA256:
            break  // Understood, and of no use in a connectivity check.
        default:
            // The upper half of the numbers may be ignored (RFC 8489 §14).
            if type < 0x8000, kind == .request { unknownAttributes.append(type) }
        }
    }

    private static func expect(_ byteCount: Int, _ expected: Int, at start: Int) throws(WireError) {
        guard byteCount == expected else { throw .invalid("attribute length", at: start) }
    }

    private static func text(_ byteCount: Int, _ reader: inout ByteReader) throws(WireError) -> String {
        let start = reader.position
        guard let text = String(validating: try reader.readBytes(byteCount), as: UTF8.self) else {
            throw .invalid("text", at: start)
        }
        return text
    }

    // |0 0 0 0 0 0 0 0|    family     |       port ^ cookie's top   |
    // |  address ^ (cookie, transaction identifier), 4 or 16 bytes  |
    private func parseAddress(
        _ byteCount: Int, at start: Int, _ reader: inout ByteReader
    ) throws(WireError) -> TransportAddress {
        try Self.expect(byteCount, byteCount == 8 ? 8 : 20, at: start)
        let family = try reader.read(UInt16.self) & 0xFF
        let port = try reader.read(UInt16.self) ^ UInt16(magicCookie >> 16)
        switch (family, byteCount) {
        case (1, 8):
            return TransportAddress(ip: .v4(try reader.read() ^ magicCookie), port: port)
        case (2, 20):
            let high: UInt64 = try reader.read()
            let low: UInt64 = try reader.read()
            let mask = UInt64(magicCookie) << 32 | UInt64(transaction.high)
            return TransportAddress(ip: .v6(high: high ^ mask, low: low ^ transaction.low), port: port)
        default:
            throw .invalid("address family", at: start)
        }
    }

    // |      reserved (21)      |class|    number     |  reason …
    private static func parseFailure(
        _ byteCount: Int, at start: Int, _ reader: inout ByteReader
    ) throws(WireError) -> Failure {
        guard byteCount >= 4 else { throw .invalid("attribute length", at: start) }
        let word: UInt32 = try reader.read()
        let code = Int(word >> 8 & 7) * 100 + Int(word & 0xFF)
        return Failure(code: code, reason: try text(byteCount - 4, &reader))
    }

    private static func checkFingerprint(
        _ reader: inout ByteReader, of datagram: Span<UInt8>, at start: Int, byteCount: Int
    ) throws(WireError) {
        try expect(byteCount, 4, at: start)
        let isRight = try reader.read(UInt32.self) == CRC32.checksum(datagram, in: 0..<start) ^ fingerprintMask
        guard isRight, reader.remaining == 0 else { throw .invalid("FINGERPRINT", at: start) }
    }
}

extension STUNMessage {
    /// Whether MESSAGE-INTEGRITY proves that whoever sent this datagram knows the password (RFC 8489 §14.5).
    ///
    /// `datagram` must be the one that this message was parsed from.
    public func isAuthentic(_ datagram: Span<UInt8>, password: String) -> Bool {
        guard let integrityOffset, integrityOffset + 24 <= datagram.count else { return false }
        var covered: [UInt8] = []
        covered.append(copying: datagram, in: 0..<integrityOffset)
        // The code was made when the length field reached just to the end of MESSAGE-INTEGRITY.
        covered.overwrite(bigEndian: UInt16(integrityOffset + 24 - headerByteCount), at: 2)
        var claimed: [UInt8] = []
        claimed.append(copying: datagram, in: integrityOffset + 4..<integrityOffset + 24)
        return HMACSHA1.areEqual(HMACSHA1.code(for: covered, key: Array(password.utf8)), claimed)
    }
}
