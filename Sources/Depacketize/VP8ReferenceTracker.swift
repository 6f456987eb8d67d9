/// Tells which VP8 frames refer to one that is missing, by what their packets say of temporal layers.
///
/// A frame refers to none of a higher temporal layer (RFC 7741 §4.2), so that the lowest goes on where its own count
/// does. Which of the three buffers a frame uses is known to decoders alone: without layers, whatever others may refer
/// to is missed until the next keyframe.
struct VP8ReferenceTracker: Sendable {
    private var numbers = CountUnwrapper()
    /// The last frame that was counted, if those before it are accounted for.
    private var lastNumber: Int64?
    /// The last frame of the lowest layer that came.
    private var baseIndex: Int?
    /// A bit for each temporal layer whose frames find all they need.
    private var cleanLayers: UInt8 = 0

    private static let allLayers: UInt8 = 0b1111

    /// Counts a frame, and says whether it is broken; packets are missing before or within it if `followsLoss`.
    mutating func receive(_ frame: VP8Descriptor?, isKeyframe: Bool, isWhole: Bool, followsLoss: Bool) -> Bool {
        let number = frame?.pictureID.map { numbers.unwrap($0.value, bitCount: $0.bitCount) }
        guard isWhole, let frame else {
            // One that no other refers to takes nothing along.
            if let number, let frame, frame.isDisposable, number == lastNumber.map({ $0 + 1 }) { lastNumber = number }
            return true
        }
        defer { lastNumber = number }
        let layer = frame.temporalLayer ?? 0
        guard !isKeyframe else {
            (cleanLayers, baseIndex) = (Self.allLayers, frame.baseIndex)
            return false
        }
        if followsLoss, number == nil || number != lastNumber.map({ $0 + 1 }) { noteGap(before: frame, layer) }
        let isClean = isLayerClean(frame, layer)
        if layer == 0 { baseIndex = frame.baseIndex }
        if isClean {
            cleanLayers |= 1 << UInt8(layer)
        } else if !frame.isDisposable {
            // Its own layer and those above may refer to it.
            cleanLayers &= (1 << UInt8(layer)) - 1
        }
        return !isClean
    }

    /// Judges what the frames that are missing before this one may have taken along.
    private mutating func noteGap(before frame: VP8Descriptor, _ layer: Int) {
        guard frame.temporalLayer != nil, let index = frame.baseIndex, let baseIndex else {
            cleanLayers = 0
            return
        }
        let expected = layer == 0 ? (baseIndex + 1) & 0xFF : baseIndex
        cleanLayers &= index == expected ? 1 : 0
        self.baseIndex = layer == 0 ? baseIndex : index
    }

    private func isLayerClean(_ frame: VP8Descriptor, _ layer: Int) -> Bool {
        guard cleanLayers & 1 == 1 else { return false }
        return frame.isSynchronised || cleanLayers >> UInt8(layer) & 1 == 1
    }
}
