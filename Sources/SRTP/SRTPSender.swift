public import Bytes
public import Secure

/// Encrypts the packets that go to one peer.
///
/// Sealing the same packet again is allowed and gives the same bytes, for retransmission (RFC 4585 §6.2.1); sealing a
/// different packet under a sequence number already used would give the key stream away, so never do.
public struct SRTPSender: ~Copyable, Sendable {
    /// The most that sealing adds: SRTCP's index and the longest tag.
    public static let trailerLimit = PacketLayout.indexWordByteCount + AuthenticatedEncryption.tagByteCount

    /// How many control packets one key protects (RFC 3711 §9.2).
    private static let controlLimit: Int64 = 1 << 31

    private let protection: PacketProtection
    private var streams = StreamList(limit: .max)

    /// A sender that encrypts with `key`.
    public init(profile: SRTPProfile, key: SRTPKey) throws(SRTPSetupError) {
        protection = try PacketProtection(profile, key: key, .encrypt)
    }

    /// Encrypts one RTP packet in place; `count` grows by the tag.
    public mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard packet.count + Self.trailerLimit <= PacketBuffer.capacity else { throw .tooLong }
        let header = try PacketLayout.headerByteCount(of: packet.span)
        let ssrc = PacketLayout.word(of: packet.span, at: 8)
        let place = streams.place(of: ssrc) ?? streams.add(ssrc)
        let index = streams[place].rtp.index(of: PacketLayout.sequenceNumber(of: packet.span))
        guard index >= 0 else { throw .malformed }
        streams[place].rtp.note(index)
        try protection.sealRTP(&packet, header: header, ssrc: ssrc, index: index)
    }

    /// Encrypts one RTCP packet in place; `count` grows by index and tag.
    public mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        guard packet.count + Self.trailerLimit <= PacketBuffer.capacity else { throw .tooLong }
        guard packet.count >= PacketLayout.controlHeaderByteCount else { throw .malformed }
        let ssrc = PacketLayout.word(of: packet.span, at: 4)
        let place = streams.place(of: ssrc) ?? streams.add(ssrc)
        let index = (streams[place].rtcp.latest ?? 0) + 1
        guard index < Self.controlLimit else { throw .notConnected }
        streams[place].rtcp.note(index)
        try protection.sealRTCP(&packet, ssrc: ssrc, index: UInt32(index))
    }
}
