public import Codecs
public import Units

/// Which of several encodings of one picture goes to the file.
public enum LayerChoice: Int, Codable, Sendable, CaseIterable {
    /// The largest that comes.
    case high = 0
    /// The smallest that comes.
    case low = 1
}

/// Chooses among the encodings that a sender makes of one camera (RFC 8853), picture by picture.
///
/// A file may only go over to another encoding on a keyframe of it, so the one that is chosen goes on until the one
/// that is wanted shows one. Encodings come and go as the sender's network allows: the best of those that come is
/// wanted, and asked for a keyframe. One that was chosen and fell silent is given up when another comes meanwhile.
/// After each call take `nextRequest` until it returns nothing.
public struct LayerSelector: Sendable {
    /// How long an encoding may be silent before another takes its place: longer than slow senders pause.
    public static let patience = Duration.seconds(1)
    /// How many encodings are told apart; browsers make three.
    static let encodingLimit = 8

    private struct Layer {
        var lastFrame: Instant
        /// The size of its pictures, since its first keyframe.
        var size: PictureSize?
        /// Whether a keyframe was asked for and has not come.
        ///
        /// Whoever carries requests out repeats them until one does.
        var isAsked = false
    }

    /// Which of them is wanted; another choice takes effect on a keyframe of what is wanted then.
    public var choice: LayerChoice
    /// By the encodings' numbers.
    private var layers: [Layer?] = []
    /// The encoding that goes to the file; nothing before the first keyframe of any.
    public private(set) var current: Int?
    private var requests: [Int] = []

    /// A selector that has seen nothing yet.
    public init(_ choice: LayerChoice) { self.choice = choice }

    /// Whether the next picture of an encoding goes to the file; `size` is that of a keyframe.
    public mutating func takes(encoding: Int, isKeyframe: Bool, size: PictureSize?, at now: Instant) -> Bool {
        guard (0..<Self.encodingLimit).contains(encoding) else { return false }
        note(encoding, isKeyframe: isKeyframe, size: size, at: now)
        let wanted = best(at: now)
        if let current, encoding == current {
            if let wanted, wanted != current { ask(wanted) }
            return true
        }
        // Whatever comes is better than nothing.
        if isKeyframe, encoding == wanted || !isAlive(current, at: now) {
            current = encoding
            return true
        }
        // One of unknown size may be better: its keyframe tells.
        if encoding == wanted || layers[encoding]?.size == nil { ask(encoding) }
        return false
    }

    /// The encoding to ask a keyframe of.
    public mutating func nextRequest() -> Int? { requests.isEmpty ? nil : requests.removeFirst() }

    private mutating func note(_ encoding: Int, isKeyframe: Bool, size: PictureSize?, at now: Instant) {
        while layers.count <= encoding { layers.append(nil) }
        var layer = layers[encoding] ?? Layer(lastFrame: now)
        layer.lastFrame = now
        if isKeyframe {
            layer.size = size ?? layer.size
            layer.isAsked = false
        }
        layers[encoding] = layer
    }

    private mutating func ask(_ encoding: Int) {
        guard layers[encoding]?.isAsked == false else { return }
        layers[encoding]?.isAsked = true
        requests.append(encoding)
    }

    private func isAlive(_ encoding: Int?, at now: Instant) -> Bool {
        guard let encoding, let layer = layers[encoding] else { return false }
        return layer.lastFrame + Self.patience > now
    }

    /// The best encoding of those that come; nothing if none of known size does.
    private func best(at now: Instant) -> Int? {
        var best: Int?
        for index in layers.indices {
            guard layers[index]?.size != nil, isAlive(index, at: now) else { continue }
            if best.map({ isBetter(index, than: $0) }) ?? true { best = index }
        }
        return best
    }

    /// Whether an encoding is better than another; between two of the same size, the chosen one is.
    private func isBetter(_ index: Int, than other: Int) -> Bool {
        let (one, two) = (pixelCount(index), pixelCount(other))
        guard one != two else { return index == current }
        return (one > two) == (choice == .high)
    }

    private func pixelCount(_ index: Int) -> Int {
        let size = layers[index]?.size
        return (size?.width ?? 0) * (size?.height ?? 0)
    }
}
