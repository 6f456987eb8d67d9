public import Secure

/// The secret that one direction of SRTP starts from (RFC 3711 §3.2.1).
public struct SRTPKey: Equatable, Sendable {
    public var masterKey: [UInt8]
    public var masterSalt: [UInt8]

    /// A key for one direction; wrong lengths are found when a sender or receiver is made of it.
    public init(masterKey: [UInt8], masterSalt: [UInt8]) {
        self.masterKey = masterKey
        self.masterSalt = masterSalt
    }
}

/// The keys of both directions, as a DTLS handshake exports them (RFC 5764 §4.2).
public struct SRTPKeyPair: Equatable, Sendable {
    /// What the DTLS client encrypts with.
    public var client: SRTPKey
    /// What the DTLS server encrypts with.
    public var server: SRTPKey

    /// Cuts exported keying material apart: both keys first, then both salts, the client's before the server's.
    ///
    /// Returns nothing if the length is not `profile.keyingMaterialByteCount`.
    public init?(cutting material: [UInt8], for profile: SRTPProfile) {
        guard material.count == profile.keyingMaterialByteCount else { return nil }
        let (key, salt) = (profile.keyByteCount, profile.saltByteCount)
        client = SRTPKey(
            masterKey: Array(material[0..<key]), masterSalt: Array(material[2 * key..<2 * key + salt]))
        server = SRTPKey(
            masterKey: Array(material[key..<2 * key]), masterSalt: Array(material[(2 * key + salt)...]))
    }
}

extension SRTPProfile {
    /// How long its master key is (RFC 5764 §4.1.2, RFC 7714 §12).
    public var keyByteCount: Int {
        switch self {
        case .aeadAES128GCM, .aes128CMSHA1_80, .aes128CMSHA1_32: 16
        case .aeadAES256GCM: 32
        }
    }

    /// How long its master salt is (RFC 5764 §4.1.2, RFC 7714 §12).
    public var saltByteCount: Int {
        switch self {
        case .aeadAES128GCM, .aeadAES256GCM: 12
        case .aes128CMSHA1_80, .aes128CMSHA1_32: 14
        }
    }

    /// How much a DTLS handshake must export: a key and a salt for each direction.
    public var keyingMaterialByteCount: Int { 2 * (keyByteCount + saltByteCount) }
}
