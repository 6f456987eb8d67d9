import Foundation
import SDP
import Secure
import Units

/// Offers that were really made, or that are spelled as their sender spells them.
///
/// `chromium-*`, `firefox-*` and `aiortc` come from the programs themselves.
enum Offers {
    static let names = [
        "aiortc", "chromium-h264", "chromium-maxbundle-trickle", "chromium-sendonly", "chromium-sendrecv-data",
        "chromium-simulcast", "ffmpeg-whip", "firefox-sendonly", "firefox-sendrecv-data", "firefox-simulcast",
        "gstreamer-whipsink", "libdatachannel-obs",
    ]

    /// The text of one of `names`.
    static func text(_ name: String) throws -> String {
        try String(contentsOf: corpus.appending(path: "\(name).sdp"), encoding: .utf8)
    }

    static func named(_ name: String) throws -> SessionDescription {
        try SessionDescription(parsing: text(name))
    }

    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus/sdp")

    /// The shortest offer that is answered.
    static let small = """
        v=0
        o=- 1 1 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE a v
        a=fingerprint:sha-256 \(fingerprint.description.dropFirst(8))
        a=ice-ufrag:abcd
        a=ice-pwd:0123456789012345678901
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:a
        a=sendonly
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        a=mid:v
        a=sendonly
        a=rtcp-mux
        a=rtpmap:96 VP8/90000
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96

        """

    /// `small` with one text in it replaced by another.
    static func small(replacing old: String, with new: String) throws -> SessionDescription {
        precondition(small.contains(old), "the offer has no “\(old)”")
        return try SessionDescription(parsing: small.replacing(old, with: new))
    }
}

let fingerprint = Fingerprint(algorithm: .sha256, digest: (0..<32).map { UInt8($0 * 7) })

/// What a recorder says of itself.
let recorder = LocalParameters(
    ufrag: "lath", password: "abcdefghijklmnopqrstuv", fingerprint: fingerprint,
    candidates: [
        .host(TransportAddress(ip: .v4(0xC000_0201), port: 40_000)),
        .host(TransportAddress(ip: .v6(high: 0x2001_0DB8 << 32, low: 1), port: 40_000), preference: 1),
    ],
    isLite: true, sessionID: 42)
