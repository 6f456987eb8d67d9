import Bytes
import CSRTP
import Secure

/// One libsrtp session: the streams of one direction under one key.
///
/// - Note: `@unchecked Sendable` holds because libsrtp lets any one thread at a time use a session, and
///   the only way to it is through this noncopyable value.
@safe struct SRTPContext: ~Copyable, @unchecked Sendable {
    /// How far back a packet may arrive before it counts as too old (RFC 3711 §3.3.2).
    ///
    /// RFC 3711 asks for 64; a retransmission on the original SSRC comes a round trip and more late,
    /// and 2048 packets are two seconds of 20 Mbit/s video.
    static let windowPacketCount: UInt = 2048

    enum Direction {
        case inbound
        case outbound
    }

    /// What libsrtp does to the first bytes of a buffer, whose new count it writes back.
    typealias Operation = (srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<CInt>?) -> srtp_err_status_t

    private let session: srtp_t

    init(profile: SRTPProfile, key: SRTPKey, direction: Direction) throws(SRTPSetupError) {
        guard libraryStart == srtp_err_status_ok else { throw SRTPSetupError("libsrtp did not start", libraryStart) }
        guard key.masterKey.count == profile.keyByteCount, key.masterSalt.count == profile.saltByteCount else {
            throw SRTPSetupError("the master key or salt has the wrong length", srtp_err_status_bad_param)
        }
        var secret = key.masterKey + key.masterSalt
        var created: srtp_t?
        var policy = unsafe Self.policy(profile, direction)
        let status = unsafe secret.withUnsafeMutableBufferPointer { bytes in
            unsafe policy.key = bytes.baseAddress
            let status = unsafe srtp_create(&created, &policy)
            unsafe bytes.update(repeating: 0)
            return status
        }
        guard status == srtp_err_status_ok, let created = unsafe created else {
            throw SRTPSetupError("libsrtp refused the key", status)
        }
        unsafe session = created
    }

    deinit { _ = unsafe srtp_dealloc(session) }

    private static func policy(_ profile: SRTPProfile, _ direction: Direction) -> srtp_policy_t {
        var policy = unsafe srtp_policy_t()
        unsafe srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile.libraryName)
        unsafe srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile.libraryName)
        unsafe policy.ssrc.type = direction == .inbound ? ssrc_any_inbound : ssrc_any_outbound
        unsafe policy.window_size = windowPacketCount
        // A NACK without RTX is answered with the very same packet (RFC 4585 §6.2.1).
        unsafe policy.allow_repeat_tx = 1
        return unsafe policy
    }

    /// Runs one libsrtp function over a packet, in place.
    func apply(_ packet: inout PacketBuffer, _ operation: Operation) -> srtp_err_status_t {
        var count = CInt(packet.count)
        let session = unsafe session
        let status = unsafe packet.storage.withUnsafeMutableBytes { bytes in
            unsafe operation(session, bytes.baseAddress, &count)
        }
        if status == srtp_err_status_ok { packet.count = Int(count) }
        return status
    }
}

/// Why keys could not be put to use.
public struct SRTPSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ what: String, _ status: srtp_err_status_t) { description = "\(what) (libsrtp status \(status.rawValue))" }
}

/// The library's tables are set up once, by whoever comes first.
private let libraryStart = srtp_init()

extension SRTPProfile {
    fileprivate var libraryName: srtp_profile_t {
        switch self {
        case .aeadAES128GCM: srtp_profile_aead_aes_128_gcm
        case .aeadAES256GCM: srtp_profile_aead_aes_256_gcm
        case .aes128CMSHA1_80: srtp_profile_aes128_cm_sha1_80
        case .aes128CMSHA1_32: srtp_profile_aes128_cm_sha1_32
        }
    }
}

extension SecureError {
    /// What a status means to whoever sent or received the packet.
    init(_ status: srtp_err_status_t) {
        switch status {
        case srtp_err_status_replay_fail, srtp_err_status_replay_old: self = .replayed
        case srtp_err_status_auth_fail, srtp_err_status_cipher_fail: self = .forged
        case srtp_err_status_key_expired: self = .notConnected
        default: self = .malformed
        }
    }
}
