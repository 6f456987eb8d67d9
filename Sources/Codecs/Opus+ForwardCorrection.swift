extension Opus {
    /// How many samples at 48 kHz right before a packet it carries a coarse copy of (RFC 6716 §2.1.7); 0 if none.
    ///
    /// The copy covers one frame, and only where the packet is coded with linear prediction (SILK, alone or below
    /// CELT).
    public static func forwardCorrectionSampleCount(of packet: [UInt8]) -> Int {
        guard let toc = packet.first, usesLinearPrediction(packet), sampleCount(of: packet) != nil,
            let start = firstFrame(of: packet), start < packet.count
        else { return 0 }
        let duration = frameSampleCount(toc)
        // | VAD of each 20 ms | LBRR |, for either channel, are the first bits, all equally likely (§4.2.3).
        let partCount = max(1, duration / 960)
        let flags = packet[start]
        var hasCopy = flags >> (7 - partCount) & 1 == 1
        if toc & 4 != 0 { hasCopy = hasCopy || flags >> (6 - 2 * partCount) & 1 == 1 }
        return hasCopy ? duration : 0
    }

    /// Whether a packet is coded with linear prediction: configurations 0…15 (RFC 6716 table 2).
    public static func usesLinearPrediction(_ packet: [UInt8]) -> Bool { packet.first.map { $0 < 0x80 } ?? false }

    /// Whether a packet says that nothing follows it for a while, because there is nothing to hear.
    ///
    /// Its frame is empty, or holds a byte that says so; encoders with discontinuous transmission end speech with one
    /// and then send nothing for up to 400 ms.
    public static func isPause(_ packet: [UInt8]) -> Bool { (1...2).contains(packet.count) }

    /// Where the bytes of the first frame begin (RFC 6716 §3.2); nothing if the frame is empty or malformed.
    private static func firstFrame(of packet: [UInt8]) -> Int? {
        switch packet[0] & 3 {
        case 0: return 1
        case 1: return packet.count >= 3 ? 1 : nil
        case 2: return nonEmptyFrame(of: packet, lengthAt: 1).map { 1 + $0 }
        default: return firstFrameOfMany(packet)
        }
    }

    // |  TOC  |V|P|  frames  |  padding lengths, if P  |  frame lengths but the last, if V  |  frames …
    private static func firstFrameOfMany(_ packet: [UInt8]) -> Int? {
        guard packet.count >= 2 else { return nil }
        let frameCount = Int(packet[1] & 0x3F)
        var position = 2
        var end = packet.count
        if packet[1] & 0x40 != 0 {
            var length = 255
            while length == 255 {
                guard position < packet.count else { return nil }
                length = Int(packet[position])
                position += 1
                end -= length == 255 ? 254 : length
            }
        }
        guard packet[1] & 0x80 != 0, frameCount > 1 else { return (end - position) / frameCount > 0 ? position : nil }
        let first = nonEmptyFrame(of: packet, lengthAt: position)
        for _ in 1..<frameCount {
            guard position < packet.count else { return nil }
            position += packet[position] < 252 ? 1 : 2
        }
        return first == nil ? nil : position
    }

    /// How many bytes a frame's length takes (§3.2.1); nothing if the frame is empty.
    private static func nonEmptyFrame(of packet: [UInt8], lengthAt position: Int) -> Int? {
        guard position < packet.count, packet[position] > 0 else { return nil }
        return packet[position] < 252 ? 1 : 2
    }
}
