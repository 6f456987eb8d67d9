public import Bytes
public import Secure

/// Takes the encryption off the packets that one peer sends, and refuses forged and repeated ones (RFC 3711 §3.3).
public struct SRTPReceiver: ~Copyable, Sendable {
    /// How many SSRCs one peer may use over its life.
    ///
    /// Each costs memory and a step of the search, so that an endless supply of them would be an attack. A browser
    /// needs four for audio, video, and their retransmissions.
    public static let ssrcLimit = 256

    private let protection: PacketProtection
    private var streams = StreamList(limit: ssrcLimit)

    /// A receiver of what was encrypted with `key`.
    public init(profile: SRTPProfile, key: SRTPKey) throws(SRTPSetupError) {
        protection = try PacketProtection(profile, key: key, .decrypt)
    }

    /// Checks and decrypts one SRTP packet in place; `count` shrinks by the tag.
    ///
    /// A refused packet's bytes are of no use any more: decryption may have begun.
    public mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError) {
        let header = try PacketLayout.headerByteCount(of: packet.span)
        let (ssrc, number) = (PacketLayout.word(of: packet.span, at: 8), PacketLayout.sequenceNumber(of: packet.span))
        let place = streams.place(of: ssrc)
        let index = place.map { streams[$0].rtp.index(of: number) } ?? Int64(number)
        try admit(place, place.map { streams[$0].rtp.admits(index) })
        try protection.openRTP(&packet, header: header, ssrc: ssrc, index: index)
        streams[place ?? streams.add(ssrc)].rtp.note(index)
    }

    /// Checks and decrypts one SRTCP packet in place; `count` shrinks by index and tag.
    ///
    /// A refused packet's bytes are of no use any more: decryption may have begun.
    public mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError) {
        let word = try protection.indexWord(of: packet)
        let (ssrc, index) = (PacketLayout.word(of: packet.span, at: 4), Int64(word & 0x7FFF_FFFF))
        let place = streams.place(of: ssrc)
        try admit(place, place.map { streams[$0].rtcp.admits(index) })
        try protection.openRTCP(&packet, indexWord: word, ssrc: ssrc)
        streams[place ?? streams.add(ssrc)].rtcp.note(index)
    }

    /// A new stream needs room, a known one an index that has not come before.
    private func admit(_ place: Int?, _ isNew: Bool?) throws(SecureError) {
        guard isNew ?? streams.hasRoom else { throw place == nil ? .malformed : .replayed }
    }
}
