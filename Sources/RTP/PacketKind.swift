/// What a datagram on a shared port is, told by its first bytes alone.
///
/// Only a first guess: each protocol's own checks decide.
public enum PacketKind: Equatable, Sendable {
    case dtls
    case rtcp
    case rtp
    case stun
    case unknown

    /// Tells the protocols apart by the first byte (RFC 7983 §7), RTP from RTCP by the second (RFC 5761 §4).
    public init(_ datagram: Span<UInt8>) {
        guard datagram.count >= 2 else {
            self = .unknown
            return
        }
        switch datagram[0] {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        // RTCP's types 192…223 are the RTP payload types 64…95 with the marker set, which nobody may use.
        case 128...191: self = (192...223).contains(datagram[1]) ? .rtcp : .rtp
        default: self = .unknown
        }
    }
}
