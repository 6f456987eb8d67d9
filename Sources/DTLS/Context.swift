import COpenSSL
import Secure

/// What a handshake may agree on.
private enum Offer {
    /// Forward secrecy and authenticated encryption only; the first is the one every peer has (RFC 8827 §6.5).
    static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    static let groups = "X25519:P-256:P-384"
    /// A chain of one small certificate is usual; OpenSSL's own limit is 100 KiB.
    static let certificateByteLimit = 16_384
}

/// Makes the OpenSSL context that all connections under one certificate share.
func makeContext(_ certificate: OpaquePointer, _ key: OpaquePointer) throws(DTLSSetupError) -> OpaquePointer {
    guard let context = unsafe SSL_CTX_new(DTLS_method()) else { throw DTLSSetupError("making a context failed") }
    let isReady =
        unsafe lathe_ctx_restrict_to_dtls12(context) == 1
        && SSL_CTX_set_cipher_list(context, Offer.ciphers) == 1
        && lathe_ctx_set_groups(context, Offer.groups) == 1
        && SSL_CTX_use_certificate(context, certificate) == 1
        && SSL_CTX_use_PrivateKey(context, key) == 1
    guard isReady else {
        unsafe SSL_CTX_free(context)
        throw DTLSSetupError("setting up the context failed")
    }
    unsafe lathe_ctx_forget_sessions(context)
    unsafe lathe_ctx_release_buffers(context)
    unsafe lathe_ctx_limit_certificates(context, Offer.certificateByteLimit)
    unsafe lathe_ctx_shake_hands_once(context)
    unsafe lathe_ctx_prefer_own_ciphers(context)
    // The path is not probed: datagrams are cut to a size that passes everywhere.
    unsafe lathe_ctx_trust_given_mtu(context)
    unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    unsafe SSL_CTX_set_cert_verify_callback(context, { store, _ in unsafe verifyFingerprint(store) }, nil)
    return unsafe context
}

/// Compares the peer's certificate with the one that was promised; chains, names and dates do not matter.
private func verifyFingerprint(_ store: OpaquePointer?) -> CInt {
    let ssl = unsafe X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx())
    guard let ssl = unsafe ssl, let leaf = unsafe X509_STORE_CTX_get0_cert(store) else { return 0 }
    let wire = unsafe Wire.of(OpaquePointer(ssl))
    guard unsafe Fingerprint(of: leaf, by: wire.expected.algorithm) == wire.expected else {
        wire.sawWrongCertificate = true
        // Goes out as the alert `bad_certificate`, which RFC 8122 §6.2 demands.
        unsafe X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
        return 0
    }
    return 1
}
