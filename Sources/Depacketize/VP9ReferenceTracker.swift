import Codecs

/// Tells which VP9 frames refer to one that is missing, by what their packets say of pictures and layers (RFC 9628 §4.2).
///
/// A frame refers to frames of its own spatial layer in earlier pictures, and to the next lower layer of its own
/// picture. Which pictures, flexible mode tells in each; else they follow a pattern that keyframes bring along.
struct VP9ReferenceTracker: Sendable {
    private var numbers = CountUnwrapper()
    private var clean = CleanPictures()
    private var group: VP9Group?
    /// Whether anything was lost since the last keyframe: before that, senders are believed.
    private var hasLost = true
    /// A bit for each layer of the picture in hand that is clean.
    private var cleanLayers: UInt8 = 0
    private var number: Int64?

    /// Begins a picture.
    mutating func beginPicture(followsLoss: Bool) {
        cleanLayers = 0
        number = nil
        if followsLoss { noteLoss() }
    }

    /// Notes that part of a picture is missing.
    mutating func noteLoss() { hasLost = true }

    /// Takes the pattern by which pictures refer to each other.
    mutating func receive(structure payload: Span<UInt8>, in range: Range<Int>, of frame: VP9Descriptor) {
        guard let id = frame.pictureID else { return }
        group = VP9Group(payload, in: range, start: numbers.unwrap(id.value, bitCount: id.bitCount))
    }

    /// Counts a frame of the picture that is whole, lower layers first, and says whether it is clean.
    mutating func isClean(_ frame: VP9Descriptor, isKeyframe: Bool, isProvenClean: Bool) -> Bool {
        number = frame.pictureID.map { numbers.unwrap($0.value, bitCount: $0.bitCount) }
        if isKeyframe { clean.removeAll() }
        guard isKeyframe || !hasLost || isProvenClean || areReferencesClean(frame) else { return false }
        cleanLayers |= 1 << UInt8(frame.spatialLayer)
        if let number { clean.insert(number, layer: frame.spatialLayer) }
        return true
    }

    /// Ends a keyframe of which every layer came: what was lost before is forgotten.
    mutating func endWholeKeyframe() { hasLost = false }

    private func areReferencesClean(_ frame: VP9Descriptor) -> Bool {
        if frame.refersToLowerLayer, cleanLayers >> UInt8(frame.spatialLayer - 1) & 1 == 0 { return false }
        guard frame.refersToPictures else { return true }
        guard let number else { return false }
        let references = frame.isFlexible ? (frame.distances, frame.distanceCount) : group?.references(of: number)
        guard let (distances, count) = references, count > 0 else { return false }
        for index in 0..<count where !clean.contains(number - Int64(distances[index]), layer: frame.spatialLayer) {
            return false
        }
        return true
    }
}
