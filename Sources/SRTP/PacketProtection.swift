import Bytes
import Secure

/// How one direction's packets are protected, with all its keys.
enum PacketProtection: ~Copyable, Sendable {
    case authenticated(Both<AuthenticatedEncryption>)
    case counter(Both<CounterMode>)

    /// One protection for media, one for control packets.
    struct Both<Protection: ~Copyable & Sendable>: ~Copyable, Sendable {
        let rtp: Protection
        let rtcp: Protection
    }

    init(_ profile: SRTPProfile, key: SRTPKey, _ direction: CipherContext.Direction) throws(SRTPSetupError) {
        let rtp = try SessionKeys(.rtp, from: key, profile: profile)
        let rtcp = try SessionKeys(.rtcp, from: key, profile: profile)
        switch profile {
        case .aeadAES128GCM, .aeadAES256GCM:
            self = .authenticated(
                Both(
                    rtp: try AuthenticatedEncryption(rtp, direction),
                    rtcp: try AuthenticatedEncryption(rtcp, direction)))
        case .aes128CMSHA1_80: self = try Self.counter(rtp, rtcp, tagByteCount: 10)
        case .aes128CMSHA1_32: self = try Self.counter(rtp, rtcp, tagByteCount: 4)
        }
    }

    /// Control packets have the long tag under either profile (RFC 5764 §4.1.2).
    private static func counter(
        _ rtp: SessionKeys, _ rtcp: SessionKeys, tagByteCount: Int
    ) throws(SRTPSetupError) -> PacketProtection {
        .counter(
            Both(rtp: try CounterMode(rtp, tagByteCount: tagByteCount), rtcp: try CounterMode(rtcp, tagByteCount: 10)))
    }
}

// Opening.
extension PacketProtection {
    /// Opens an RTP packet whose header has `header` bytes.
    func openRTP(
        _ packet: inout PacketBuffer, header: Int, ssrc: UInt32, index: Int64
    ) throws(SecureError) {
        switch self {
        case .authenticated(let both):
            guard packet.count >= header + AuthenticatedEncryption.tagByteCount else { throw .malformed }
            guard both.rtp.open(&packet, clear: header, trailer: 0, ssrc: ssrc, index: index) else { throw .forged }
            packet.count -= AuthenticatedEncryption.tagByteCount
        case .counter(let both):
            guard packet.count >= header + both.rtp.tagByteCount else { throw .malformed }
            guard both.rtp.takeTag(off: &packet, suffix: UInt32(truncatingIfNeeded: index >> 16)) else { throw .forged }
            guard both.rtp.apply(&packet, in: header..<packet.count, ssrc: ssrc, index: index) else { throw .forged }
        }
    }

    /// The SRTCP index with its encryption bit, which is the packet's last word or the one before the tag.
    func indexWord(of packet: borrowing PacketBuffer) throws(SecureError) -> UInt32 {
        guard packet.count >= PacketLayout.controlHeaderByteCount + controlTrailerByteCount else { throw .malformed }
        let behind =
            switch self {
            case .authenticated: 0
            case .counter(let both): both.rtcp.tagByteCount
            }
        return PacketLayout.word(of: packet.span, at: packet.count - behind - PacketLayout.indexWordByteCount)
    }

    /// Opens an RTCP packet whose index word was read before; one that is not encrypted is only checked.
    func openRTCP(_ packet: inout PacketBuffer, indexWord: UInt32, ssrc: UInt32) throws(SecureError) {
        let (isEncrypted, index) = (indexWord >> 31 == 1, Int64(indexWord & 0x7FFF_FFFF))
        let end = packet.count - controlTrailerByteCount
        let clear = isEncrypted ? PacketLayout.controlHeaderByteCount : end
        switch self {
        case .authenticated(let both):
            let trailer = PacketLayout.indexWordByteCount
            guard both.rtcp.open(&packet, clear: clear, trailer: trailer, ssrc: ssrc, index: index) else {
                throw .forged
            }
        case .counter(let both):
            guard both.rtcp.takeTag(off: &packet, suffix: nil) else { throw .forged }
            guard both.rtcp.apply(&packet, in: clear..<end, ssrc: ssrc, index: index) else { throw .forged }
        }
        packet.count = end
    }

    /// What a control packet has behind its end: index and tag.
    private var controlTrailerByteCount: Int {
        switch self {
        case .authenticated: PacketLayout.indexWordByteCount + AuthenticatedEncryption.tagByteCount
        case .counter(let both): PacketLayout.indexWordByteCount + both.rtcp.tagByteCount
        }
    }
}

// Sealing.
extension PacketProtection {
    /// Seals an RTP packet whose header has `header` bytes.
    func sealRTP(
        _ packet: inout PacketBuffer, header: Int, ssrc: UInt32, index: Int64
    ) throws(SecureError) {
        switch self {
        case .authenticated(let both):
            guard both.rtp.seal(&packet, clear: header, trailer: 0, ssrc: ssrc, index: index) else { throw .malformed }
        case .counter(let both):
            guard both.rtp.apply(&packet, in: header..<packet.count, ssrc: ssrc, index: index) else { throw .malformed }
            both.rtp.appendTag(to: &packet, suffix: UInt32(truncatingIfNeeded: index >> 16))
        }
    }

    /// Seals an RTCP packet.
    func sealRTCP(_ packet: inout PacketBuffer, ssrc: UInt32, index: UInt32) throws(SecureError) {
        let (clear, end) = (PacketLayout.controlHeaderByteCount, packet.count)
        packet.appendIndexWord(index)
        switch self {
        case .authenticated(let both):
            let trailer = PacketLayout.indexWordByteCount
            guard both.rtcp.seal(&packet, clear: clear, trailer: trailer, ssrc: ssrc, index: Int64(index)) else {
                throw .malformed
            }
        case .counter(let both):
            guard both.rtcp.apply(&packet, in: clear..<end, ssrc: ssrc, index: Int64(index)) else { throw .malformed }
            both.rtcp.appendTag(to: &packet, suffix: nil)
        }
    }
}
