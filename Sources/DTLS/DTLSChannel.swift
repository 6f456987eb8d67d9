public import Bytes
import COpenSSL
import SRTP
public import Secure
public import Units

/// DTLS 1.2 by OpenSSL, and the SRTP keys that come out of it (RFC 5764), as one value.
///
/// It opens no socket. It does read the machine's clock in one place: OpenSSL starts its
/// retransmission timer by the wall clock. `deadline` translates what is left of that timer into the
/// caller's time, and `advance(to:)` retransmits only if OpenSSL, too, finds that the time has come;
/// if not, the deadline moves on. So a handshake whose records get lost cannot be simulated faster
/// than real time, and a wall clock that is set back delays a retransmission.
///
/// - Note: `@unchecked Sendable` holds because the connection and its wire are reachable through this
///   noncopyable value alone, and OpenSSL does not tie a connection to a thread.
@safe public struct DTLSChannel: SecureChannel, ~Copyable, @unchecked Sendable {
    /// Who sends the first record.
    public enum Role: Sendable {
        case client
        case server
    }

    /// The SRTP profiles we take, best first; a server's order decides (RFC 5764 §4.1.1).
    ///
    /// AEAD comes first because it costs a fifth of the others' time, and 128 bits before 256 because
    /// they are enough. The short tag of `aes128CMSHA1_32` is nobody's only choice.
    public static let defaultProfiles: [SRTPProfile] = [.aeadAES128GCM, .aeadAES256GCM, .aes128CMSHA1_80]

    /// How long a datagram may be: 1200 bytes pass every path that carries WebRTC.
    static let datagramByteLimit = 1200

    public private(set) var state: SecureState = .idle
    public private(set) var deadline: Instant?

    private let role: Role
    private let ssl: OpaquePointer
    private let wire: Wire
    private var receiver: SRTPReceiver?
    private var sender: SRTPSender?

    /// A connection that will take no other certificate than the expected one.
    public init(
        role: Role, certificate: Certificate, expecting peer: Fingerprint,
        profiles: [SRTPProfile] = DTLSChannel.defaultProfiles
    ) throws(DTLSSetupError) {
        try self.init(
            role: role, certificate: certificate, expecting: peer, profiles: profiles, retransmission: .default)
    }

    init(
        role: Role, certificate: Certificate, expecting peer: Fingerprint, profiles: [SRTPProfile],
        retransmission: Retransmission, datagramByteLimit: Int = DTLSChannel.datagramByteLimit
    ) throws(DTLSSetupError) {
        self.role = role
        wire = Wire(expected: peer, retransmission: retransmission)
        unsafe ssl = try unsafe makeConnection(role, certificate, profiles, wire)
        unsafe lathe_ssl_set_mtu(ssl, datagramByteLimit)
    }

    deinit { unsafe SSL_free(ssl) }

    public mutating func start(at now: Instant) {
        guard role == .client, state == .idle else { return }
        proceed(at: now)
    }

    public mutating func receiveRecord(_ datagram: borrowing PacketBuffer, at now: Instant) {
        // RFC 7983 §7: what begins otherwise is not DTLS.
        guard datagram.count > 0, (20...63).contains(datagram.storage[0]) else { return }
        let bytes = datagram.storage[0..<datagram.count]
        guard RecordCheck.isPlausible(bytes, sealByteCount: sealByteCount) else { return }
        wire.put(bytes)
        proceed(at: now)
    }

    public mutating func nextRecord() -> [UInt8]? { wire.nextOutgoing() }

    public mutating func advance(to now: Instant) {
        guard let deadline, now >= deadline, state == .handshaking else { return }
        ERR_clear_error()
        if unsafe lathe_ssl_handle_timeout(ssl) < 0 { fail() }
        updateDeadline(at: now)
    }

    public mutating func close() {
        if case .connected = state { _ = unsafe SSL_shutdown(ssl) }
        end(.closed)
    }

    public mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard try receiver?.openRTP(&packet) != nil else { throw .notConnected }
    }

    public mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard try receiver?.openRTCP(&packet) != nil else { throw .notConnected }
    }

    public mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard try sender?.sealRTP(&packet) != nil else { throw .notConnected }
    }

    public mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard try sender?.sealRTCP(&packet) != nil else { throw .notConnected }
    }
}

// MARK: - The handshake
extension DTLSChannel {
    /// Lets OpenSSL do whatever it can with what it has.
    private mutating func proceed(at now: Instant) {
        ERR_clear_error()
        switch state {
        case .idle, .handshaking: shakeHands()
        case .connected: readRecords()
        case .failed, .closed: return
        }
        updateDeadline(at: now)
    }

    private mutating func shakeHands() {
        state = .handshaking
        let result = unsafe SSL_do_handshake(ssl)
        guard result != 1 else { return finishHandshake() }
        if unsafe SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ { fail() }
    }

    private mutating func finishHandshake() {
        guard let chosen = unsafe SSL_get_selected_srtp_profile(ssl),
            let profile = unsafe SRTPProfile(rawValue: UInt16(truncatingIfNeeded: chosen.pointee.id))
        else {
            _ = unsafe SSL_shutdown(ssl)
            return end(.failed(.noCommonProfile))
        }
        guard let keys = exportKeys(for: profile) else { return fail() }
        let (ours, theirs) = role == .client ? (keys.client, keys.server) : (keys.server, keys.client)
        do {
            sender = try SRTPSender(profile: profile, key: ours)
            receiver = try SRTPReceiver(profile: profile, key: theirs)
        } catch {
            return end(.failed(.handshake(error.description)))
        }
        state = .connected(profile)
        // The last flight's datagram may hold more records than the handshake's.
        readRecords()
    }

    private func exportKeys(for profile: SRTPProfile) -> SRTPKeyPair? {
        var material = [UInt8](repeating: 0, count: profile.keyingMaterialByteCount)
        // RFC 5764 §4.2: this label, and no context.
        let label = "EXTRACTOR-dtls_srtp"
        let status = unsafe SSL_export_keying_material(
            ssl, &material, material.count, label, label.utf8.count, nil, 0, 0)
        return status == 1 ? SRTPKeyPair(cutting: material, for: profile) : nil
    }

    /// How much longer a sealed record is than its content: by a tag, with AES-GCM also by half a nonce (RFC 5288 §3,
    /// RFC 7905 §2).
    ///
    /// Before the cipher is agreed on, the only sealed record that matters is `Finished`, which is longer than either.
    private var sealByteCount: Int {
        guard case .connected = state, let cipher = unsafe SSL_get_current_cipher(ssl) else { return 24 }
        return unsafe SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 ? 16 : 24
    }

    /// Takes what comes after the handshake: a goodbye, a repeated last flight, or data we have no use for.
    private mutating func readRecords() {
        var result: CInt = 1
        var sink = [UInt8](repeating: 0, count: PacketBuffer.capacity)
        while result > 0 { result = unsafe SSL_read(ssl, &sink, CInt(sink.count)) }
        if unsafe SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ { end(.closed) }
    }

    private mutating func fail() {
        let reason = takeLibraryErrors() ?? "OpenSSL does not say why"
        end(.failed(wire.sawWrongCertificate ? .fingerprintMismatch : .handshake(reason)))
    }

    private mutating func end(_ final: SecureState) {
        switch state {
        case .failed, .closed: return
        case .idle, .handshaking, .connected: state = final
        }
        deadline = nil
        sender = nil
        receiver = nil
    }

    private mutating func updateDeadline(at now: Instant) {
        var left = timeval()
        guard state == .handshaking, unsafe lathe_ssl_get_timeout(ssl, &left) == 1 else {
            deadline = nil
            return
        }
        deadline = now + .seconds(left.tv_sec) + .microseconds(left.tv_usec)
    }
}

/// Makes OpenSSL's side of a channel, which reads from and writes to the wire.
private func makeConnection(
    _ role: DTLSChannel.Role, _ certificate: Certificate, _ profiles: [SRTPProfile], _ wire: Wire
) throws(DTLSSetupError) -> OpaquePointer {
    guard let ssl = unsafe SSL_new(certificate.context) else { throw DTLSSetupError("making a connection failed") }
    let names = profiles.map(\.libraryName).joined(separator: ":")
    // The first of these functions answers 0 when it worked.
    guard unsafe SSL_set_tlsext_use_srtp(ssl, names) == 0, unsafe wire.attach(to: ssl) else {
        unsafe SSL_free(ssl)
        throw DTLSSetupError("setting up the connection failed")
    }
    unsafe DTLS_set_timer_cb(ssl) { ssl, previous in
        unsafe Wire.of(ssl).retransmission.microseconds(after: previous)
    }
    switch role {
    case .client: unsafe SSL_set_connect_state(ssl)
    case .server: unsafe SSL_set_accept_state(ssl)
    }
    return unsafe ssl
}

extension SRTPProfile {
    /// What OpenSSL calls it (SSL_CTX_set_tlsext_use_srtp(3)).
    fileprivate var libraryName: String {
        switch self {
        case .aeadAES128GCM: "SRTP_AEAD_AES_128_GCM"
        case .aeadAES256GCM: "SRTP_AEAD_AES_256_GCM"
        case .aes128CMSHA1_80: "SRTP_AES128_CM_SHA1_80"
        case .aes128CMSHA1_32: "SRTP_AES128_CM_SHA1_32"
        }
    }
}
