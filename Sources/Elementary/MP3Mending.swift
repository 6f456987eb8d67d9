public import Bytes
public import Codecs

/// What a file of MP3 frames holds, and what makes it whole where it lies.
///
/// Damaged frames give way to silence of the same length, so that what follows stays in its place; a frame that was cut off
/// is made one of silence that players leave out; and the summary is brought in order last.
public struct MP3Mending: Sendable {
    /// What is longer stays as it is: silence for it would be made in memory.
    public static let maximumGapByteCount = 16 << 20

    /// What the frames are like; nothing if there is not one.
    public private(set) var header: MP3.Header?
    /// How many frames there are after mending, without the summary.
    public private(set) var frameCount = 0
    /// How many of them came from the file.
    public private(set) var foundCount = 0
    /// How many bytes those have.
    public private(set) var foundByteCount = 0
    /// How many samples of one channel are sound.
    public private(set) var soundCount = 0
    /// What is to be done to the file; nothing if it is whole.
    public private(set) var writes: [FileWrite] = []
    /// How many bytes belong to no whole frame.
    public private(set) var lostByteCount = 0
    /// Whether nothing is wrong but the end.
    public private(set) var isOnlyCut = true
    /// How many samples of one channel the players leave out at the beginning.
    public private(set) var leadCount = 0

    private var summary: MP3Summary?
    private var summaryHeader: MP3.Header?
    /// The frames up to here are sound, behind them is what was cut off.
    private var soundFrameCount = 0
    /// Whether the last frame stands for one that was cut off.
    private var isTailMade = false
    private var checksum = CRC16()
    private var end: Int
    private let byteCount: Int

    /// Looks at a file.
    public init(_ source: some ByteSource) {
        (end, byteCount) = (source.byteCount, source.byteCount)
        var scanner = MP3Scanner(source)
        var headGap: Range<Int>?
        while let piece = scanner.next() {
            switch piece {
            case .frame(let found, let range): take(found, range, &headGap, &scanner)
            case .gap(let range) where range.lowerBound == 0: headGap = range
            case .gap(let range): fill(range, isLast: range.upperBound == source.byteCount)
            }
        }
        lostByteCount += headGap?.count ?? 0
        close()
    }

    /// Whether nothing is missing.
    public var isWhole: Bool { problems.isEmpty }

    /// Whether a file was begun that never got any sound.
    public var isOnlyBegun: Bool { foundCount == 0 && (summary != nil || byteCount <= MP3.longestFrame) }

    /// What is wrong, in sentences.
    public var problems: [String] {
        var problems: [String] = []
        if foundCount == 0 { problems.append("There is not one whole frame of sound in it.") }
        if foundCount > 0, lostByteCount > 0 {
            problems.append("\(lostByteCount) bytes belong to no whole frame; silence stands for them.")
        }
        if foundCount > 0, !writes.isEmpty, lostByteCount == 0 {
            problems.append("Its first frame does not say how long the sound is.")
        }
        return problems
    }

    /// How long the sound is.
    public var durationMilliseconds: Int64 {
        guard let header else { return 0 }
        return (Int64(soundCount) * 1_000 + Int64(header.sampleRate) / 2) / Int64(header.sampleRate)
    }

    private mutating func take(
        _ found: MP3.Header, _ range: Range<Int>, _ headGap: inout Range<Int>?, _ scanner: inout MP3Scanner
    ) {
        let bytes = scanner.bytes(of: range)
        if range.lowerBound == 0, let summary = MP3Summary(reading: Array(bytes), found) {
            (self.summary, summaryHeader) = (summary, found)
            return
        }
        if header == nil { header = found }
        if let gap = headGap {
            headGap = nil
            fillHead(gap, like: found)
        }
        checksum.add(bytes.span)
        frameCount += 1
        foundCount += 1
        foundByteCount += range.count
        soundFrameCount = frameCount
    }

    /// Puts a new summary where the old one was, and silence behind it if there is room.
    private mutating func fillHead(_ gap: Range<Int>, like header: MP3.Header) {
        let made = MP3Summary(delay: MP3.usualEncoderDelay)
        // Where a hole is left behind it, nobody would take it for a frame.
        guard let frame = made.frame(like: header), Self.silence(in: gap.count - frame.count, like: header) != nil
        else {
            (isOnlyCut, lostByteCount) = (false, lostByteCount + gap.count)
            return
        }
        (summary, summaryHeader) = (made, header)
        writes.append(.overwrite(at: 0, frame))
        fill(gap.lowerBound + frame.count..<gap.upperBound, isLast: false)
        (isOnlyCut, lostByteCount) = (false, lostByteCount + frame.count)
    }

    /// Puts frames of silence where there are none, if they fit exactly, or nothing comes behind.
    private mutating func fill(_ gap: Range<Int>, isLast: Bool) {
        lostByteCount += gap.count
        if !isLast { isOnlyCut = isOnlyCut && gap.isEmpty }
        guard let header = header ?? summaryHeader, !gap.isEmpty,
            let (count, paddedCount) = Self.silence(in: gap.count, isLast: isLast, like: header)
        else { return }
        let bytes = (0..<count).flatMap { header.silence(isPadded: $0 < paddedCount) }
        checksum.add(bytes.span)
        frameCount += count
        isTailMade = isLast
        writes.append(.overwrite(at: gap.lowerBound, Array(bytes.prefix(gap.count))))
        guard bytes.count > gap.count else { return }
        writes.append(.append(Array(bytes.dropFirst(gap.count))))
        end += bytes.count - gap.count
    }

    /// How many frames of silence fill a gap, and how many of them are one byte longer than usual; nothing if they do not
    /// fit exactly and something comes behind.
    private static func silence(
        in byteCount: Int, isLast: Bool = false, like header: MP3.Header
    ) -> (count: Int, paddedCount: Int)? {
        guard 0...maximumGapByteCount ~= byteCount else { return nil }
        let usual = header.plain().frameByteCount
        if isLast { return ((byteCount + usual - 1) / usual, 0) }
        let (count, paddedCount) = byteCount.quotientAndRemainder(dividingBy: usual)
        return paddedCount <= count ? (count, paddedCount) : nil
    }

    /// Counts what there is, and brings the summary in order.
    private mutating func close() {
        guard let header, foundCount > 0 else {
            writes = []
            return
        }
        leadCount = (summary?.delay ?? 0) + (summary == nil ? 0 : MP3.decoderDelay)
        soundCount = max(0, soundFrameCount * header.sampleCount - leadCount)
        guard var told = summary, let summaryHeader else { return }
        if told.frameCount == frameCount, told.byteCount == end, !isTailMade {
            // What its writer knew of the end is better than what can be told from outside.
            soundCount = told.soundCount(of: header)
            if writes.isEmpty { return }
        }
        told.close(
            frameCount: frameCount, byteCount: end, checksum: checksum.value, soundCount: soundCount, of: header)
        guard let frame = told.frame(like: summaryHeader) else { return }
        writes += [.sync, .overwrite(at: 0, frame), .sync]
    }
}
