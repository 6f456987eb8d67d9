import Bytes
import Secure
import Units

extension STUNMessage {
    /// The datagram to send: attributes, MESSAGE-INTEGRITY under `password` if there is one, FINGERPRINT.
    public func serialized(password: String?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        bytes.append(bigEndian: kind.rawValue)
        bytes.append(bigEndian: UInt16(0))
        bytes.append(bigEndian: magicCookie)
        bytes.append(bigEndian: transaction.high)
        bytes.append(bigEndian: transaction.low)
        appendAttributes(to: &bytes)
        if let password {
            Self.setLength(of: &bytes, adding: 24)
            let code = HMACSHA1.code(for: bytes, key: Array(password.utf8))
            Self.append(Attribute.messageIntegrity, code, to: &bytes)
        }
        Self.setLength(of: &bytes, adding: 8)
        let checksum = CRC32.checksum(bytes.span, in: 0..<bytes.count) ^ fingerprintMask
        Self.append(Attribute.fingerprint, Self.word(checksum), to: &bytes)
        return bytes
    }

    private func appendAttributes(to bytes: inout [UInt8]) {
        if let software { Self.append(Attribute.software, Array(software.utf8), to: &bytes) }
        if let failure { Self.append(Attribute.errorCode, Self.value(of: failure), to: &bytes) }
        if !unknownAttributes.isEmpty {
            Self.append(Attribute.unknownAttributes, unknownAttributes.flatMap(Self.word), to: &bytes)
        }
        if let username { Self.append(Attribute.username, Array(username.utf8), to: &bytes) }
        if let priority { Self.append(Attribute.priority, Self.word(priority), to: &bytes) }
        switch role {
        case .controlling(let tieBreaker): Self.append(Attribute.iceControlling, Self.word(tieBreaker), to: &bytes)
        case .controlled(let tieBreaker): Self.append(Attribute.iceControlled, Self.word(tieBreaker), to: &bytes)
        case nil: break
        }
        if usesCandidate { Self.append(Attribute.useCandidate, [], to: &bytes) }
        if let mappedAddress { Self.append(Attribute.xorMappedAddress, value(of: mappedAddress), to: &bytes) }
    }

    private static func append(_ type: UInt16, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(bigEndian: type)
        bytes.append(bigEndian: UInt16(value.count))
        bytes += value
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    private static func setLength(of bytes: inout [UInt8], adding count: Int) {
        bytes.overwrite(bigEndian: UInt16(bytes.count - headerByteCount + count), at: 2)
    }

    private static func word(_ value: some FixedWidthInteger) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: value)
        return bytes
    }

    private static func value(of failure: Failure) -> [UInt8] {
        word(UInt16(0)) + [UInt8(failure.code / 100 & 7), UInt8(failure.code % 100)] + Array(failure.reason.utf8)
    }

    private func value(of address: TransportAddress) -> [UInt8] {
        let mask = Self.word(magicCookie) + Self.word(transaction.high) + Self.word(transaction.low)
        let family: UInt16 = address.ip.isV6 ? 2 : 1
        let port = address.port ^ UInt16(magicCookie >> 16)
        return Self.word(family) + Self.word(port) + zip(address.ip.bytes, mask).map { $0 ^ $1 }
    }
}
