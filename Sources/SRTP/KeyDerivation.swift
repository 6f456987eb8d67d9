import Secure

/// What one direction's packets are protected with: cut from its master key, once (RFC 3711 §4.3).
struct SessionKeys {
    var encryption: [UInt8]
    /// Empty under AEAD, which needs none.
    var authentication: [UInt8]
    var salt: [UInt8]

    /// Which packets the keys are for; the raw value is the first of three labels (RFC 3711 §4.3.2).
    enum Use: UInt8 {
        case rtp = 0
        case rtcp = 3
    }

    init(_ use: Use, from key: SRTPKey, profile: SRTPProfile) throws(SRTPSetupError) {
        guard key.masterKey.count == profile.keyByteCount else { throw .wrongLength("key", profile.keyByteCount) }
        guard key.masterSalt.count == profile.saltByteCount else { throw .wrongLength("salt", profile.saltByteCount) }
        let stream = try KeyStream(key: key.masterKey)
        let derive = { (label: UInt8, count: Int) in
            stream.bytes(count, from: Self.input(label: label, masterSalt: key.masterSalt))
        }
        encryption = derive(use.rawValue, profile.keyByteCount)
        authentication = derive(use.rawValue + 1, profile.isAuthenticatedEncryption ? 0 : 20)
        salt = derive(use.rawValue + 2, profile.saltByteCount)
    }

    /// The counter block that a label's key stream starts from, at a derivation rate of zero (RFC 3711 §4.3.3).
    ///
    /// AEAD's salt of 96 bits is filled up with zeros at its end (RFC 7714 §11).
    private static func input(label: UInt8, masterSalt: [UInt8]) -> [UInt8] {
        var block = masterSalt + [UInt8](repeating: 0, count: 16 - masterSalt.count)
        block[7] ^= label
        return block
    }
}

/// Why keys could not be put to use.
public struct SRTPSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    static func wrongLength(_ what: String, _ byteCount: Int) -> SRTPSetupError {
        SRTPSetupError(description: "the master \(what) must have \(byteCount) bytes")
    }

    static let noCipher = SRTPSetupError(description: "OpenSSL has no AES, or refuses its key")
}

extension SRTPProfile {
    /// Whether encryption and authentication are one (RFC 7714).
    var isAuthenticatedEncryption: Bool {
        switch self {
        case .aeadAES128GCM, .aeadAES256GCM: true
        case .aes128CMSHA1_80, .aes128CMSHA1_32: false
        }
    }
}
