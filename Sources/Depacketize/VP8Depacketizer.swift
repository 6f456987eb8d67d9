import Codecs

/// The rules of VP8's payload format (RFC 7741 §4).
enum VP8Depacketizer {
    /// Adds what one packet carries to the frame.
    static func push(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        guard let start = descriptorByteCount(payload), start < payload.count else { return assembly.markMalformed() }
        // S is set and the partition index zero in the packet that begins a frame, and nowhere else.
        let isFirst = payload[0] & 0x17 == 0x10
        if isFirst != assembly.bytes.isEmpty { assembly.markIncomplete() }
        assembly.append(payload, in: start..<payload.count)
    }

    /// Ends the frame.
    static func finishFrame(of assembly: inout FrameAssembly) {
        let isKeyframe = VP8.isKeyframe(assembly.bytes)
        if isKeyframe, !assembly.isBroken, VP8.size(ofKeyframe: assembly.bytes) == nil { assembly.markMalformed() }
        assembly.finish(isKeyframe: isKeyframe)
    }

    // |X|R|N|S|R| PID |   required
    // |I|L|T|K|  RSV  |   if X
    // |M| PictureID   |   if I; two bytes if M
    // |   TL0PICIDX   |   if L
    // |TID|Y| KEYIDX  |   if T or K
    /// How long the payload descriptor is (§4.2); nothing if the packet ends inside.
    private static func descriptorByteCount(_ payload: Span<UInt8>) -> Int? {
        guard payload[0] & 0x80 != 0 else { return 1 }
        guard payload.count >= 2 else { return nil }
        let extensions = payload[1]
        var count = 2
        if extensions & 0x80 != 0 {
            guard payload.count > count else { return nil }
            count += payload[count] & 0x80 != 0 ? 2 : 1
        }
        if extensions & 0x40 != 0 { count += 1 }
        if extensions & 0x30 != 0 { count += 1 }
        return count
    }
}
