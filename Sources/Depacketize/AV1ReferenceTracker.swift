import Codecs

/// Tells which AV1 frames refer to one that is missing, by the slots that frames are put into and taken from (AV1
/// specification §7.20).
///
/// A frame lists seven slots whether it uses all of them or not, and one that is missing may have been put into any:
/// this only proves clean what does without all that. Senders that drop frames on purpose tell more, in the dependency
/// descriptor.
struct AV1ReferenceTracker: Sendable {
    private var sequence: AV1.SequenceHeader?
    private var sequenceBytes: [UInt8] = []
    /// A bit for each slot whose picture may be missing or broken.
    private var brokenSlots: UInt8 = 0xFF
    /// A bit for each slot that holds a keyframe that was not shown yet.
    private var keySlots: UInt8 = 0

    /// Takes the payload of a sequence header, by which the frames after it are read.
    mutating func receiveSequenceHeader(_ payload: ArraySlice<UInt8>) {
        guard sequenceBytes[...] != payload else { return }
        sequenceBytes = Array(payload)
        sequence = try? AV1.SequenceHeader(parsingPayload: sequenceBytes.span)
    }

    /// Notes that frames are missing.
    mutating func noteLoss() { brokenSlots = 0xFF }

    /// What a frame's head says; nothing if it cannot be read.
    func header(_ payload: Span<UInt8>, of unit: AV1.Unit) -> AV1.FrameHeader? {
        sequence.flatMap { try? AV1.FrameHeader(parsing: payload, of: unit, in: $0) }
    }

    /// Whether all that a frame may refer to is clean.
    func isClean(_ header: AV1.FrameHeader?) -> Bool {
        guard let header else { return brokenSlots == 0 }
        if let slot = header.existingSlot { return brokenSlots >> UInt8(slot) & 1 == 0 }
        return header.referredSlots & brokenSlots == 0
    }

    /// Notes what a frame that was judged leaves in the slots.
    mutating func receive(_ header: AV1.FrameHeader?, isClean: Bool) {
        guard let header else {
            if !isClean { brokenSlots = 0xFF }
            return
        }
        var refreshed = header.refreshedSlots
        // A keyframe that is shown later fills all slots then (§7.21).
        if let slot = header.existingSlot, keySlots >> UInt8(slot) & 1 == 1 { refreshed = 0xFF }
        if isClean { brokenSlots &= ~refreshed } else { brokenSlots |= refreshed }
        if header.existingSlot == nil {
            keySlots = header.type == .key && !header.isShown ? keySlots | refreshed : keySlots & ~refreshed
        }
    }
}
