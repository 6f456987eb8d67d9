import Bytes

extension H264 {
    /// The frame as a byte stream: a start code of four bytes before each NAL unit (ITU-T H.264 §B.1).
    public static func byteStream(of frame: [UInt8]) -> [UInt8] {
        var stream = frame
        for unit in nalUnits(in: frame) { stream.overwrite(bigEndian: UInt32(1), at: unit.lowerBound - 4) }
        return stream
    }

    /// The frame that a byte stream of one picture holds: start codes of three or four bytes become lengths.
    public static func frame(ofByteStream stream: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(stream.count + 16)
        var start = startCode(in: stream, from: 0)?.upperBound ?? stream.count
        while start < stream.count {
            let next = startCode(in: stream, from: start)
            var end = next?.lowerBound ?? stream.count
            // Zeros before the next start code are padding, no part of the NAL unit (§B.1.1).
            while end > start, stream[end - 1] == 0 { end -= 1 }
            if end > start {
                frame.append(bigEndian: UInt32(end - start))
                frame += stream[start..<end]
            }
            start = next?.upperBound ?? stream.count
        }
        return frame
    }

    /// Where the next 00 00 01 lies.
    private static func startCode(in stream: [UInt8], from start: Int) -> Range<Int>? {
        var index = start + 2
        while index < stream.count {
            // Three steps at a time: a byte above 1 cannot be part of a start code that ends in the next two.
            if stream[index] > 1 {
                index += 3
            } else if stream[index] == 1, stream[index - 1] == 0, stream[index - 2] == 0 {
                return index - 2..<index + 1
            } else {
                index += 1
            }
        }
        return nil
    }
}
