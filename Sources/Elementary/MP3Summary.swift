import Bytes
public import Codecs

/// What the first frame of an MP3 file says of all others, in a place that decoders take for silence.
///
/// Without it players guess a file's length, and play what encoder and decoder put before the sound. It is known as the
/// Xing or Info frame, with the extension of LAME; no standard describes it. Players that know it play none of this frame.
public struct MP3Summary: Equatable, Sendable {
    /// What it begins with in files of one bit rate.
    private static let mark = Array("Info".utf8)
    /// Who says how much is to be left out; players look for this name before they believe it.
    private static let encoder = Array("LAME3.100".utf8)
    /// What twelve bits count.
    private static let longest = 4_095

    /// How many frames follow; 0 while nobody knows.
    public var frameCount = 0
    /// How many bytes the file has, this frame included; 0 while nobody knows.
    public var byteCount = 0
    /// How many samples the encoder put before the sound, without the decoder's share.
    public var delay: Int
    /// How many samples stand behind the sound, up to the end of the last frame.
    public var padding = 0
    /// The checksum of all that follows.
    public var checksum: UInt16 = 0

    /// The summary of a file that has just been begun.
    public init(delay: Int) { self.delay = delay }

    /// Counts what follows the frame; `soundCount` samples of one channel are sound.
    ///
    /// What a decoder cannot give out any more, being late itself, is no sound.
    public mutating func close(
        frameCount: Int, byteCount: Int, checksum: UInt16, soundCount: Int, of header: MP3.Header
    ) {
        (self.frameCount, self.byteCount, self.checksum) = (frameCount, byteCount, checksum)
        let rest = frameCount * header.sampleCount - delay - soundCount
        padding = min(max(rest, MP3.decoderDelay), Self.longest)
    }

    /// How many samples of one channel are sound.
    public func soundCount(of header: MP3.Header) -> Int {
        max(0, frameCount * header.sampleCount - delay - padding)
    }

    /// The frame, in a stream whose frames have such headers; nothing if those are too short for it.
    ///
    /// ```
    /// | header (4) | side information, all zero | "Info" | which of the next four there are (4) | frames (4) | bytes (4) |
    /// | where each hundredth begins (100) | quality (4) | encoder (9) | revision, method (1) | low-pass (1) | gain (8) |
    /// | flags (1) | kbit/s (1) | delay (12 bits) | padding (12 bits) | sources (1) | gain (1) | preset (2) | bytes (4) |
    /// | checksum of what follows (2) | checksum of all this (2) | zeros |
    /// ```
    public func frame(like header: MP3.Header) -> [UInt8]? {
        let header = header.plain()
        var bytes = header.bytes + [UInt8](repeating: 0, count: header.sideByteCount) + Self.mark
        bytes.append(bigEndian: UInt32(15))
        bytes.append(bigEndian: UInt32(clamping: frameCount))
        bytes.append(bigEndian: UInt32(clamping: byteCount))
        // At one bit rate they are all equally far apart.
        bytes += (0..<100).map { UInt8($0 * 256 / 100) }
        bytes.append(bigEndian: UInt32(0))
        // One bit rate is method 1; whatever is zero is not known.
        bytes += Self.encoder + [1] + [UInt8](repeating: 0, count: 10)
        bytes.append(UInt8(clamping: header.bitsPerSecond / 1_000))
        bytes.append(bigEndian24: UInt32(min(delay, Self.longest)) << 12 | UInt32(padding))
        bytes += [UInt8](repeating: 0, count: 4)
        bytes.append(bigEndian: UInt32(clamping: byteCount))
        bytes.append(bigEndian: checksum)
        var own = CRC16()
        own.add(bytes.span)
        bytes.append(bigEndian: own.value)
        guard bytes.count <= header.frameByteCount else { return nil }
        return bytes + [UInt8](repeating: 0, count: header.frameByteCount - bytes.count)
    }

    /// Reads a file's first frame; nothing if it is one of sound, or counts otherwise than ours.
    public init?(reading frame: [UInt8], _ header: MP3.Header) {
        let start = MP3.Header.byteCount + header.sideByteCount
        guard frame.count >= start + Self.byteCount, frame[start...].starts(with: Self.mark) else { return nil }
        var reader = ByteReader(frame.span.extracting(start + Self.mark.count..<frame.count))
        do throws(WireError) {
            guard try reader.read(UInt32.self) == 15 else { return nil }
            frameCount = Int(try reader.read(UInt32.self))
            byteCount = Int(try reader.read(UInt32.self))
            try reader.skip(125)
            let pair: UInt32 = try reader.read()
            (delay, padding) = (Int(pair >> 20), Int(pair >> 8 & 0xFFF))
            try reader.skip(7)
            checksum = try reader.read()
        } catch {
            return nil
        }
    }

    /// How long it is from its mark to its own checksum.
    private static let byteCount = 156
}
