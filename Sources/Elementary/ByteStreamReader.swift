/// One NAL unit of a byte stream, and where it was.
public struct ByteStreamUnit: Equatable, Sendable {
    /// Where its first byte lies in the stream, behind the start code.
    public var offset: Int
    /// The unit without start code and padding.
    public var bytes: [UInt8]

    public init(offset: Int, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }
}

/// Cuts a byte stream of H.264 or H.265 into its NAL units (ITU-T H.264 annex B, H.265 annex B).
///
/// The stream comes in pieces of any size; after each take `next` until it returns nothing. Bytes before the first start
/// code are passed over, which also finds the way back after damage.
public struct ByteStreamReader: Sendable {
    /// The largest unit that is believed: a keyframe of 4K at its worst is a quarter of this.
    public static let maximumUnitByteCount = 8 << 20

    /// How many bytes lay in units that were too large to be any.
    public private(set) var skippedByteCount = 0

    private var buffer: [UInt8] = []
    /// Where in the stream `buffer` begins.
    private var base = 0
    /// Where in `buffer` the open unit begins; nothing before the first start code.
    private var start: Int?
    /// Up to where `buffer` has no further start code.
    private var scanned = 0
    private var isFinished = false
    private var endsHere = false

    /// A reader at the start of a stream.
    public init() {}

    /// Takes the next piece of the stream.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// Says that the stream has ended: what is open is the last unit.
    public mutating func finish() { isFinished = true }

    /// Says that whatever comes next begins a unit, as a container's own boundaries may tell: what is open is whole.
    ///
    /// Take `next` afterwards until it returns nothing, before the next piece.
    public mutating func endUnit() { endsHere = true }

    /// The next unit; nothing until more of the stream comes.
    public mutating func next() -> ByteStreamUnit? {
        while true {
            let code = startCode()
            if let begin = start, (code ?? buffer.count) - begin > Self.maximumUnitByteCount {
                skippedByteCount += (code ?? buffer.count) - begin
                start = nil
            }
            guard let code else { return isFinished || endsHere ? takeLast() : nil }
            defer {
                start = code + 3
                scanned = code + 3
            }
            if let begin = start, let unit = unit(begin, code) { return unit }
        }
    }

    private mutating func takeLast() -> ByteStreamUnit? {
        defer {
            base += buffer.count
            buffer = []
            (start, scanned, endsHere) = (nil, 0, false)
        }
        return start.flatMap { unit($0, buffer.count) }
    }

    /// Zeros before the next start code are padding, no part of the unit (§B.1.1).
    private func unit(_ begin: Int, _ limit: Int) -> ByteStreamUnit? {
        var end = limit
        while end > begin, buffer[end - 1] == 0 { end -= 1 }
        return end > begin ? ByteStreamUnit(offset: base + begin, bytes: Array(buffer[begin..<end])) : nil
    }

    /// Where the next 00 00 01 lies.
    private mutating func startCode() -> Int? {
        var index = scanned + 2
        let count = buffer.count
        while index < count {
            // Three steps at a time: a byte above 1 cannot be part of a start code that ends in the next two.
            if buffer[index] > 1 {
                index += 3
            } else if buffer[index] == 1, buffer[index - 1] == 0, buffer[index - 2] == 0 {
                return index - 2
            } else {
                index += 1
            }
        }
        scanned = max(scanned, index - 2)
        return nil
    }

    /// Forgets what was handed out.
    private mutating func compact() {
        let done = min(start ?? max(0, scanned - 2), buffer.count)
        guard done > 0 else { return }
        buffer.removeFirst(done)
        base += done
        scanned -= done
        if start != nil { start = 0 }
    }
}
