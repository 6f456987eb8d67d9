import Codecs

/// Tells clean frames from broken ones by what their sender says of them outside the payload.
struct DependencyTracker: Sendable {
    private var numbers = CountUnwrapper()
    private var clean = CleanPictures()

    /// Whether all that a frame refers to is clean; the frame itself may come in parts.
    mutating func areReferencesClean(of frame: FrameDependencies) -> Bool {
        let number = numbers.unwrap(Int(frame.frameNumber), bitCount: 16)
        for index in 0..<frame.count where !clean.contains(number - Int64(frame.distance(index))) { return false }
        return true
    }

    /// Notes a frame that is whole and refers to nothing but clean ones, as the last one asked about.
    mutating func noteClean(_ frame: FrameDependencies) {
        clean.insert(numbers.unwrap(Int(frame.frameNumber), bitCount: 16))
    }
}
