public import Bytes
import CSRTP
public import Secure

/// Encrypts the packets that go to one peer.
///
/// Sealing the same packet again is allowed and gives the same bytes, for retransmission; sealing a
/// different packet under a sequence number already used would give the key stream away, so never do.
public struct SRTPSender: ~Copyable, Sendable {
    /// The most that sealing adds: SRTCP's index and the longest tag.
    public static let trailerLimit = 4 + Int(SRTP_MAX_TAG_LEN)

    private let context: SRTPContext

    /// A sender that encrypts with `key`.
    public init(profile: SRTPProfile, key: SRTPKey) throws(SRTPSetupError) {
        context = try SRTPContext(profile: profile, key: key, direction: .outbound)
    }

    /// Encrypts one RTP packet in place; `count` grows by the tag.
    public mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard packet.count + Self.trailerLimit <= PacketBuffer.capacity else { throw .tooLong }
        let status = unsafe context.apply(&packet) { unsafe srtp_protect($0, $1, $2) }
        guard status == srtp_err_status_ok else { throw SecureError(status) }
    }

    /// Encrypts one RTCP packet in place; `count` grows by index and tag.
    public mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard packet.count + Self.trailerLimit <= PacketBuffer.capacity else { throw .tooLong }
        let status = unsafe context.apply(&packet) { unsafe srtp_protect_rtcp($0, $1, $2) }
        guard status == srtp_err_status_ok else { throw SecureError(status) }
    }
}
