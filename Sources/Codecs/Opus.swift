import Bytes

/// What must be known of Opus to carry it: how long a packet lasts (RFC 6716 §3).
public enum Opus {
    /// The rate at which durations and pre-skip are counted, whatever the bandwidth (RFC 7845 §4).
    public static let sampleRate = 48_000

    /// The longest that one packet may last: 120 ms (RFC 6716 §3.2.5).
    public static let maximumPacketSampleCount = 5760

    /// The look-ahead of the usual encoder, 6.5 ms, by which what it encodes comes late (RFC 7845 §4.2).
    ///
    /// WebRTC transmits no header that would tell another.
    public static let usualPreSkip = 312

    /// How long a packet lasts, in samples at 48 kHz; nothing if it is malformed.
    public static func sampleCount(of packet: [UInt8]) -> Int? {
        guard let toc = packet.first else { return nil }
        let count: Int
        switch toc & 3 {
        case 0: count = 1
        case 1, 2: count = 2
        default:
            guard packet.count >= 2 else { return nil }
            count = Int(packet[1] & 0x3F)
        }
        let total = count * frameSampleCount(toc)
        return total > 0 && total <= maximumPacketSampleCount ? total : nil
    }

    /// How many channels a packet encodes, 1 or 2; a decoder may be asked for either.
    public static func channelCount(of packet: [UInt8]) -> Int? {
        packet.first.map { $0 & 4 == 0 ? 1 : 2 }
    }

    /// A packet that decodes to 20 ms of silence: CELT, full band, one frame of nothing.
    ///
    /// The two bytes behind the table of contents are what encoders send while there is nothing to hear.
    public static func silence(channelCount: Int) -> [UInt8] {
        precondition((1...2).contains(channelCount), "one packet holds one or two channels")
        return [channelCount == 2 ? 0xFC : 0xF8, 0xFF, 0xFE]
    }

    /// The identification header that Ogg and Matroska carry (RFC 7845 §5.1); little-endian.
    public static func header(channelCount: Int, preSkip: Int, inputSampleRate: Int = sampleRate) -> [UInt8] {
        precondition((1...2).contains(channelCount), "mapping family 0 has one or two channels")
        var header = Array("OpusHead".utf8)
        header.append(1)
        header.append(UInt8(channelCount))
        header.append(bigEndian: UInt16(preSkip).byteSwapped)
        header.append(bigEndian: UInt32(inputSampleRate).byteSwapped)
        // No gain, mapping family 0.
        header += [0, 0, 0]
        return header
    }

    /// Samples of one frame at 48 kHz, by the configuration in the upper five bits (RFC 6716 table 2).
    static func frameSampleCount(_ toc: UInt8) -> Int {
        let configuration = Int(toc >> 3)
        switch configuration {
        case 0..<12: return [480, 960, 1920, 2880][configuration % 4]
        case 12..<16: return [480, 960][configuration % 2]
        default: return [120, 240, 480, 960][configuration % 4]
        }
    }
}
