public import Bytes
public import Units

/// What a peer asks of DTLS and SRTP together, without knowing who does it.
///
/// One value per connection. It holds no socket and reads no clock: records come in, records to send
/// are taken out with `nextRecord()`, and `deadline` says when to call `advance(to:)`.
public protocol SecureChannel: ~Copyable {
    /// Where the handshake stands.
    var state: SecureState { get }

    /// When `advance(to:)` must be called for retransmission (RFC 6347 §4.2.4); nothing while idle.
    var deadline: Instant? { get }

    /// Starts the handshake as the client. A server just waits for the first record.
    mutating func start(at now: Instant)

    /// Takes one datagram of DTLS records in. Garbage is dropped and changes nothing.
    mutating func receiveRecord(_ datagram: borrowing PacketBuffer, at now: Instant)

    /// The next datagram of DTLS records to send.
    mutating func nextRecord() -> [UInt8]?

    /// Retransmits whatever has waited too long.
    mutating func advance(to now: Instant)

    /// Sends the closing alert, and fails every later call.
    mutating func close()

    /// Checks and decrypts one SRTP packet in place; `count` shrinks by the tag.
    mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError)

    /// Checks and decrypts one SRTCP packet in place; `count` shrinks by index and tag.
    mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError)

    /// Encrypts one RTP packet in place; `count` grows by the tag.
    mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError)

    /// Encrypts one RTCP packet in place; `count` grows by index and tag.
    mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError)
}

/// Where a secure channel stands.
public enum SecureState: Equatable, Sendable {
    /// No record has come or gone.
    case idle
    case handshaking
    case connected(SRTPProfile)
    /// It will never carry a packet again.
    case failed(SecureFailure)
    /// The other side said goodbye with an alert.
    case closed
}

/// Why a handshake failed for good.
public enum SecureFailure: Equatable, Sendable {
    /// The certificate is not the one whose fingerprint the session description promised (RFC 8122 §6.2).
    case fingerprintMismatch
    /// The other side offers no SRTP protection profile that we know (RFC 5764 §4.1.2).
    case noCommonProfile
    /// Anything else that the library reports, in its words.
    case handshake(String)
}

/// Why one packet was refused.
public enum SecureError: Error, Equatable, Sendable {
    /// There are no keys yet, or no more.
    case notConnected
    /// The packet came before, or is older than the replay window (RFC 3711 §3.3.2).
    case replayed
    /// The authentication tag does not match.
    case forged
    /// Too short, or otherwise not an SRTP packet.
    case malformed
    /// There is no room for the tag.
    case tooLong
}

/// How SRTP protects packets (RFC 5764 §4.1.2, RFC 7714 §14.2).
public enum SRTPProfile: UInt16, CaseIterable, Sendable {
    case aeadAES128GCM = 0x0007
    case aeadAES256GCM = 0x0008
    case aes128CMSHA1_80 = 0x0001
    case aes128CMSHA1_32 = 0x0002
}
