import Bytes
import Codecs

/// H.264 as encoders and files give it, with start codes (ITU-T H.264 Annex B).
enum AnnexB {
    /// The same NAL units each behind its length, as `Frame.bytes` carries them.
    ///
    /// Access unit delimiters, filler and supplemental information are left out: nothing needs them to
    /// decode, and x264's would repeat its settings to everybody.
    static func lengthPrefixed(_ stream: [UInt8]) -> [UInt8] {
        let frame = H264.frame(ofByteStream: stream)
        let units = H264.nalUnits(in: frame)
        if units.allSatisfy({ keeps(frame[$0.lowerBound] & 0x1F) }) { return frame }
        var kept: [UInt8] = []
        kept.reserveCapacity(frame.count)
        for unit in units where keeps(frame[unit.lowerBound] & 0x1F) {
            kept.append(bigEndian: UInt32(unit.count))
            kept += frame[unit]
        }
        return kept
    }

    /// Slices and parameter sets stay (ITU-T H.264 table 7-1: 1…5, 7, 8).
    private static func keeps(_ type: UInt8) -> Bool { (1...5).contains(type) || type == 7 || type == 8 }
}
