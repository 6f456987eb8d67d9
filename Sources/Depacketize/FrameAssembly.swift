import Bytes
import Codecs
import Units

/// The frame that is being put together, and the storage that frames are put together in.
///
/// Knows when a frame begins and ends and whether anything of it was lost; its owner knows the codec.
struct FrameAssembly: Sendable {
    /// The largest frame that is put together: a keyframe of 4K at its worst is a quarter of this.
    static let maximumFrameByteCount = 8 << 20

    /// How many buffers wait to be used again; a frame or two are under way at any time.
    static let maximumSpareCount = 8

    let codec: Codec
    var counts = Depacketizer.Counts()

    /// What there is of the frame so far.
    private(set) var bytes: [UInt8] = []
    /// Whether a packet of the frame has come.
    private(set) var isOpen = false
    /// Whether anything of the frame is missing or malformed.
    private(set) var isBroken = false
    /// Whether packets right before the frame's first one are lost: perhaps its own.
    private(set) var startsAfterLoss = false
    private(set) var ticks: Int64 = 0
    /// How many packets, at least, are missing since the last frame that was handed out.
    private(set) var lostCount = 0
    /// What the first packet of the frame that has any said of what it refers to.
    private(set) var dependencies: FrameDependencies?

    private var arrival = Instant(nanoseconds: 0)
    private var isRepaired = false
    private var hasLossPending = false
    private var finished: [Frame] = []
    private var spare: [[UInt8]] = []
    /// How much room to give the next frame, so that it need not be moved while it grows.
    private var usualByteCount = 0

    init(codec: Codec) { self.codec = codec }

    /// Whether anything was lost between the last frame that was handed out and the end of this one.
    var followsLoss: Bool { lostCount > 0 }

    /// Notes that packets were lost before the one that comes next.
    ///
    /// A frame that is open then lacks its middle or its end: had it been whole, its marker would have closed it.
    mutating func noteLoss(of count: Int) {
        lostCount += count
        hasLossPending = true
        if isOpen { isBroken = true }
    }

    /// Opens a frame unless one is open, and notes that a packet of it came.
    mutating func receivePacket(
        ticks: Int64, arrival: Instant, isRepaired: Bool = false, dependencies: FrameDependencies? = nil
    ) {
        self.arrival = arrival
        if isRepaired { self.isRepaired = true }
        if let dependencies, dependencies.startsFrame, self.dependencies == nil { self.dependencies = dependencies }
        guard !isOpen else {
            // What was lost lay inside the open frame.
            hasLossPending = false
            return
        }
        isOpen = true
        bytes.reserveCapacity(usualByteCount)
        self.ticks = ticks
        startsAfterLoss = hasLossPending
        hasLossPending = false
    }

    mutating func append(_ payload: Span<UInt8>, in range: Range<Int>) {
        guard hasRoom(for: range.count) else { return }
        bytes.append(copying: payload, in: range)
    }

    mutating func append<T: FixedWidthInteger>(_ value: T) {
        guard hasRoom(for: MemoryLayout<T>.size) else { return }
        bytes.append(bigEndian: value)
    }

    mutating func overwrite<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        bytes.overwrite(bigEndian: value, at: offset)
    }

    /// Takes back what was appended behind the first `byteCount` bytes.
    mutating func truncate(to byteCount: Int) {
        bytes.removeLast(bytes.count - byteCount)
    }

    mutating func insert(_ inserted: [UInt8], at offset: Int) {
        bytes.insert(contentsOf: inserted, at: offset)
    }

    /// Lets `change` put the bytes into another shape.
    mutating func reshape(_ change: (inout [UInt8]) -> Void) { change(&bytes) }

    /// Gives the frame up: bytes are missing.
    mutating func markIncomplete() { isBroken = true }

    /// Goes on with the first `byteCount` bytes, which lack nothing: what is missing lies in a layer of its own.
    mutating func salvage(_ byteCount: Int) {
        truncate(to: byteCount)
        isBroken = false
    }

    /// Counts a packet that broke the rules of its payload format.
    mutating func countMalformed() { counts.malformedPackets += 1 }

    /// Gives the frame up: a packet broke the rules of its payload format.
    mutating func markMalformed() {
        isBroken = true
        countMalformed()
    }

    /// Ends the frame without handing it out; its bytes stay and begin the next frame.
    mutating func carryOver() { isOpen = false }

    /// Ends the frame without handing it out: it held no picture.
    mutating func discard() {
        isOpen = false
        bytes.removeAll(keepingCapacity: true)
        dependencies = nil
    }

    /// Ends the frame: hands it out if it is whole, else drops it.
    ///
    /// `isFrameBroken` says whether what it refers to is.
    mutating func finish(isKeyframe: Bool, isBroken isFrameBroken: Bool) {
        guard isOpen else { return }
        isOpen = false
        dependencies = nil
        guard !isBroken, !bytes.isEmpty else {
            drop()
            return
        }
        var whole = spare.popLast() ?? []
        swap(&whole, &bytes)
        // Follows larger frames at once, smaller ones within a few: keyframes are rare.
        usualByteCount = max(whole.count, usualByteCount - usualByteCount / 4)
        var frame = Frame(
            codec: codec, ticks: ticks, isKeyframe: isKeyframe, isBroken: isFrameBroken, bytes: whole,
            arrival: arrival)
        frame.isRepaired = isRepaired
        finished.append(frame)
        (isRepaired, lostCount) = (false, 0)
        counts.frames += 1
        if isKeyframe && codec.kind == .video { counts.keyframes += 1 }
    }

    mutating func nextFrame() -> Frame? { finished.isEmpty ? nil : finished.removeFirst() }

    mutating func recycle(_ buffer: consuming [UInt8]) {
        guard spare.count < Self.maximumSpareCount else { return }
        buffer.removeAll(keepingCapacity: true)
        spare.append(buffer)
    }

    private mutating func drop() {
        bytes.removeAll(keepingCapacity: true)
        (isBroken, isRepaired) = (false, false)
        lostCount += 1
        counts.incompleteFrames += 1
    }

    private mutating func hasRoom(for byteCount: Int) -> Bool {
        if bytes.count + byteCount > Self.maximumFrameByteCount { isBroken = true }
        return !isBroken
    }
}
