import Bytes
import Codecs

/// How encoders and files lay a picture out, and how frames carry it.
enum FrameLayout {
    /// A packet of an encoder, as `Frame.bytes` carries it.
    static func frame(ofPacket packet: [UInt8], _ codec: Codec) -> [UInt8] {
        switch codec {
        case .h264: lengthPrefixed(packet, keeping: isNeededOfH264)
        case .h265: lengthPrefixed(packet, keeping: isNeededOfH265)
        case .av1: AV1.temporalUnit(ofByteStream: packet)
        case .vp8, .vp9, .opus, .pcmu, .pcma, .g722, .aac, .mp3: packet
        }
    }

    /// A frame as decoders take it.
    static func packet(of frame: borrowing Frame) -> [UInt8] {
        switch frame.codec {
        case .h264: H264.byteStream(of: frame.bytes)
        case .h265: H265.byteStream(of: frame.bytes)
        case .av1: AV1.byteStream(of: frame.bytes)
        case .vp8, .vp9, .opus, .pcmu, .pcma, .g722, .aac, .mp3: frame.bytes
        }
    }

    /// The NAL units of a byte stream (annex B of ITU-T H.264 and H.265), each behind its length.
    ///
    /// Access unit delimiters, filler and supplemental information are left out: nothing needs them to
    /// decode, and x264's would repeat its settings to everybody.
    private static func lengthPrefixed(_ stream: [UInt8], keeping isNeeded: (UInt8) -> Bool) -> [UInt8] {
        let frame = H264.frame(ofByteStream: stream)
        let units = H264.nalUnits(in: frame)
        if units.allSatisfy({ isNeeded(frame[$0.lowerBound]) }) { return frame }
        var kept: [UInt8] = []
        kept.reserveCapacity(frame.count)
        for unit in units where isNeeded(frame[unit.lowerBound]) {
            kept.append(bigEndian: UInt32(unit.count))
            kept += frame[unit]
        }
        return kept
    }

    /// Slices and parameter sets stay (ITU-T H.264 table 7-1: 1…5, 7, 8).
    private static func isNeededOfH264(_ header: UInt8) -> Bool {
        let type = header & 0x1F
        return (1...5).contains(type) || type == 7 || type == 8
    }

    /// Slices and parameter sets stay (ITU-T H.265 table 7-1: 0…31, 32…34).
    private static func isNeededOfH265(_ header: UInt8) -> Bool { header >> 1 & 0x3F <= 34 }
}
