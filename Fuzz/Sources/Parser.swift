import Bytes
import Codecs
import Depacketize
import MP4
import RTP
import SDP
import STUN
import Units
import WebM

/// What is fuzzed: everything that reads bytes from outside.
enum Parser: String, CaseIterable {
    case codecs
    case depacketizer
    case mp4
    case rtcp
    case rtp
    case sdp
    case stun
    case webm
    case whipFragment = "whip-fragment"

    /// Parses one input; a trap, or memory touched that is not ours, is what is looked for.
    func parse(_ bytes: [UInt8]) {
        switch self {
        case .codecs: parseCodecs(bytes)
        case .depacketizer: depacketize(bytes)
        case .mp4: _ = MovieFile(reading: bytes)
        case .rtcp: _ = try? RTCPPacket.parseCompound(bytes.span)
        case .rtp: parseRTP(bytes)
        case .sdp: negotiate(bytes)
        case .stun: parseSTUN(bytes)
        case .webm: _ = WebMFile(reading: bytes)
        case .whipFragment: _ = (try? SDPFragment(parsing: bytes))?.candidates
        }
    }

    private func parseRTP(_ bytes: [UInt8]) {
        guard let header = try? RTPHeader(parsing: bytes.span) else { return }
        for id in UInt8(1)...14 { _ = header.extensionElement(id: id, in: bytes.span) }
    }

    private func parseSTUN(_ bytes: [UInt8]) {
        guard let message = try? STUNMessage(parsing: bytes.span) else { return }
        _ = message.isAuthentic(bytes.span, password: "password")
    }

    private func negotiate(_ bytes: [UInt8]) {
        guard let offer = try? SessionDescription(parsing: bytes) else { return }
        // What was understood is written in a form that is understood.
        let again = try? SessionDescription(parsing: offer.description)
        precondition(again != nil, "reads what it writes")
    }

    private func parseCodecs(_ bytes: [UInt8]) {
        _ = H264.isKeyframe(bytes)
        _ = H264.parameterSets(in: bytes)
        _ = H264.frame(ofByteStream: bytes)
        _ = try? H264.parameterSets(inConfiguration: bytes.span)
        _ = try? H264.SequenceParameterSet(parsing: bytes)
        _ = VP8.size(ofKeyframe: bytes)
        _ = Opus.sampleCount(of: bytes)
        _ = Opus.channelCount(of: bytes)
        _ = try? AAC.Configuration(parsing: bytes.span)
        _ = try? AAC.parseADTS(bytes.span)
    }

    /// The first byte picks the codec; each further packet is a length, flags, and so many bytes.
    private func depacketize(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        var depacketizer = Depacketizer([Codec.h264, .vp8, .opus][Int(first) % 3])
        var index = 1
        var ticks: Int64 = 0
        while index + 2 <= bytes.count {
            let (count, flags) = (Int(bytes[index]), bytes[index + 1])
            let payload = Array(bytes[(index + 2)...].prefix(count))
            ticks += flags & 2 != 0 ? 3000 : 0
            depacketizer.push(
                payload: payload.span, marker: flags & 1 != 0, timestamp: ticks, lostBefore: Int(flags >> 6),
                arrival: .ms(0))
            while let frame = depacketizer.nextFrame() { depacketizer.recycle(frame.bytes) }
            index += 2 + count
        }
    }
}
