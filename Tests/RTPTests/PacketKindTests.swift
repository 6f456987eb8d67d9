import RTP
import Testing

@Suite("Telling protocols apart, RFC 7983 and RFC 5761")
struct PacketKindTests {
    @Test(
        "by the first two bytes",
        arguments: [
            ([], .unknown), ([0x80], .unknown),
            ([0, 1], .stun), ([3, 0], .stun), ([4, 0], .unknown), ([19, 0], .unknown),
            ([20, 254], .dtls), ([63, 254], .dtls), ([64, 0], .unknown), ([127, 0], .unknown),
            ([0x80, 96], .rtp), ([0xBF, 0xE0], .rtp), ([0x80, 191], .rtp), ([0x80, 224], .rtp),
            ([0x80, 192], .rtcp), ([0x80, 200], .rtcp), ([0x8F, 206], .rtcp), ([0x80, 223], .rtcp),
            ([0xC0, 0], .unknown),
        ] as [([UInt8], PacketKind)])
    func kinds(_ bytes: [UInt8], _ kind: PacketKind) {
        #expect(PacketKind(bytes.span) == kind)
    }
}
