import Codecs

/// The rules of VP8's payload format (RFC 7741 §4).
struct VP8Depacketizer: Sendable {
    /// What stood before the first packet that came of the open frame.
    private var descriptor: VP8Descriptor?
    private var references = VP8ReferenceTracker()

    /// Adds what one packet carries to the frame.
    mutating func push(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        guard let descriptor = VP8Descriptor(payload), descriptor.byteCount < payload.count else {
            return assembly.markMalformed()
        }
        if descriptor.startsFrame != assembly.bytes.isEmpty { assembly.markIncomplete() }
        if self.descriptor == nil { self.descriptor = descriptor }
        assembly.append(payload, in: descriptor.byteCount..<payload.count)
    }

    /// Ends the frame; `isProvenClean` if what it refers to is known to be clean.
    ///
    /// Returns whether it was handed out clean.
    mutating func finishFrame(of assembly: inout FrameAssembly, isProvenClean: Bool) -> Bool {
        defer { descriptor = nil }
        var isKeyframe = !assembly.isBroken && VP8.isKeyframe(assembly.bytes)
        if isKeyframe, VP8.size(ofKeyframe: assembly.bytes) == nil {
            assembly.markMalformed()
            isKeyframe = false
        }
        let isWhole = !assembly.isBroken && !assembly.bytes.isEmpty
        let isBroken = references.receive(
            descriptor, isKeyframe: isKeyframe, isWhole: isWhole, followsLoss: assembly.followsLoss)
        assembly.finish(isKeyframe: isKeyframe, isBroken: isBroken && !isProvenClean)
        return isWhole && (!isBroken || isProvenClean)
    }
}
