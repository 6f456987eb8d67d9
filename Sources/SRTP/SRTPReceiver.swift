public import Bytes
import CSRTP
public import Secure

/// Takes the encryption off the packets that one peer sends, and refuses forged and repeated ones.
public struct SRTPReceiver: ~Copyable, Sendable {
    /// How many SSRCs one peer may use over its life.
    ///
    /// Each costs memory and a step of libsrtp's search, so that an endless supply of them would be an
    /// attack. A browser needs four for audio, video, and their retransmissions.
    public static let ssrcLimit = 256

    private let context: SRTPContext
    private var ssrcs = SSRCSet(limit: ssrcLimit)

    /// A receiver of what was encrypted with `key`.
    public init(profile: SRTPProfile, key: SRTPKey) throws(SRTPSetupError) {
        context = try SRTPContext(profile: profile, key: key, direction: .inbound)
    }

    /// Checks and decrypts one SRTP packet in place; `count` shrinks by the tag.
    ///
    /// A refused packet's bytes are of no use any more: decryption may have begun.
    public mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        let ssrc = try admit(packet, ssrcAt: 8)
        let status = unsafe context.apply(&packet) { unsafe srtp_unprotect($0, $1, $2) }
        guard status == srtp_err_status_ok else { throw SecureError(status) }
        ssrcs.insert(ssrc)
    }

    /// Checks and decrypts one SRTCP packet in place; `count` shrinks by index and tag.
    ///
    /// A refused packet's bytes are of no use any more: decryption may have begun.
    public mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        let ssrc = try admit(packet, ssrcAt: 4)
        let status = unsafe context.apply(&packet) { unsafe srtp_unprotect_rtcp($0, $1, $2) }
        guard status == srtp_err_status_ok else { throw SecureError(status) }
        ssrcs.insert(ssrc)
    }

    private func admit(_ packet: borrowing PacketBuffer, ssrcAt offset: Int) throws(SecureError) -> UInt32 {
        guard packet.count >= offset + 4 else { throw .malformed }
        var ssrc: UInt32 = 0
        for index in offset..<offset + 4 { ssrc = ssrc << 8 | UInt32(packet.storage[index]) }
        guard ssrcs.hasRoom(for: ssrc) else { throw .malformed }
        return ssrc
    }
}

/// The SSRCs that have passed authentication so far.
///
/// A list, not a hash table: there are few, and the last one asked for is most often the next.
struct SSRCSet {
    private var members: [UInt32] = []
    private var latest: UInt32?
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func hasRoom(for ssrc: UInt32) -> Bool { members.count < limit || members.contains(ssrc) }

    mutating func insert(_ ssrc: UInt32) {
        guard ssrc != latest else { return }
        latest = ssrc
        if !members.contains(ssrc) { members.append(ssrc) }
    }
}
