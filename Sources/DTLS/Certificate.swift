import COpenSSL
public import Secure

/// A self-signed certificate with its private key: who we are in a handshake.
///
/// Nobody vouches for it. The other side trusts it because the session description, which came over
/// HTTPS or another trusted way, holds its `fingerprint` (RFC 8122 §5). Make one per process, or one
/// per peer for those who must not be recognised again.
///
/// - Note: `@unchecked Sendable` holds because nothing changes after `init`, and OpenSSL counts the
///   references to its contexts atomically.
@safe public final class Certificate: @unchecked Sendable {
    /// What the session description says behind `a=fingerprint:`.
    public let fingerprint: Fingerprint

    /// Settings and keys that every connection made of this certificate shares.
    let context: OpaquePointer

    /// Makes a fresh ECDSA key on P-256 and signs a certificate with it (RFC 8827 §6.5).
    public init() throws(DTLSSetupError) {
        guard let key = unsafe lathe_new_p256_key() else { throw DTLSSetupError("making a key failed") }
        defer { unsafe EVP_PKEY_free(key) }
        guard let certificate = unsafe X509_new() else { throw DTLSSetupError("making a certificate failed") }
        defer { unsafe X509_free(certificate) }
        try unsafe Self.fill(certificate, key)
        guard let fingerprint = unsafe Fingerprint(of: certificate, by: .sha256) else {
            throw DTLSSetupError("hashing the certificate failed")
        }
        self.fingerprint = fingerprint
        unsafe context = try unsafe makeContext(certificate, key)
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// The certificate's hash by another function than `fingerprint`'s.
    public func fingerprint(by algorithm: Fingerprint.Algorithm) -> Fingerprint? {
        guard let certificate = unsafe SSL_CTX_get0_certificate(context) else { return nil }
        return unsafe Fingerprint(of: certificate, by: algorithm)
    }

    /// How long before and after now the certificate is valid.
    ///
    /// Its life is the process's, and no WebRTC peer looks at the dates; the day before covers clocks
    /// that are slow.
    private static let validity = (before: -86_400, after: 10 * 365 * 86_400)

    private static func fill(_ certificate: OpaquePointer, _ key: OpaquePointer) throws(DTLSSetupError) {
        // 63 random bits: a serial number must be positive and unlike any other (RFC 5280 §4.1.2.2).
        let serial = UInt64.random(in: 1...UInt64(Int64.max))
        let name = unsafe X509_get_subject_name(certificate)
        let isFilled =
            unsafe X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), validity.before) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), validity.after) != nil
            && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, "WebRTC", -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
            && X509_set_pubkey(certificate, key) == 1
            && X509_sign(certificate, key, EVP_sha256()) > 0
        guard isFilled else { throw DTLSSetupError("signing the certificate failed") }
    }
}

extension Fingerprint {
    /// The hash of a certificate as it went over the wire (RFC 8122 §5).
    init?(of certificate: OpaquePointer, by algorithm: Algorithm) {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: CUnsignedInt = 0
        let function = unsafe algorithm.function
        guard unsafe X509_digest(certificate, function, &digest, &count) == 1 else { return nil }
        self.init(algorithm: algorithm, digest: Array(digest[..<Int(count)]))
    }
}

extension Fingerprint.Algorithm {
    fileprivate var function: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}

/// Why no connection could be set up: memory, or an OpenSSL that was built without what we need.
public struct DTLSSetupError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ what: String) {
        description = "\(what): \(takeLibraryErrors() ?? "OpenSSL does not say why")"
    }
}

/// Empties this thread's list of OpenSSL errors, and puts them into words.
func takeLibraryErrors() -> String? {
    var reasons: [String] = []
    while case let code = ERR_get_error(), code != 0 {
        guard let text = unsafe ERR_reason_error_string(code) else { continue }
        reasons.append(unsafe String(cString: text))
    }
    return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
}
