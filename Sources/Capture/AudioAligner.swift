public import Units

/// Lays decoded sound on the channel's timeline, without gaps, and cuts it into equal blocks.
///
/// A block of sound says where it begins; small deviations from where the last one ended are the
/// drift between two clocks and are stretched away, unheard. Larger ones are real: silence fills a gap,
/// and what would overlap is cut. As time passes without any sound, silence is made, a while behind so
/// that sound still under way finds its place. Samples are 16-bit, interleaved, at 48 kHz; positions count
/// samples of one channel from the channel's origin. After each call take `nextBlock` until it says nothing.
public struct AudioAligner: Sendable {
    /// How far behind the present silence is made: a repaired packet must still find its place.
    public static let patience = Duration.milliseconds(300)

    /// Deviations are left alone until they reach 2 ms, then stretched away to nothing.
    private static let noticeable: Int64 = 96
    /// Beyond 30 ms something was lost or cut; stretching would take too long.
    private static let bearable: Int64 = 1_440
    /// At most 2 % of a block; a third of a semitone, and only while it lasts.
    private static let stretchDivisor: Int64 = 50
    /// A block that pretends to lie farther ahead than this of everything before is refused: 10 minutes.
    private static let farthestGap: Int64 = 28_800_000

    public let channelCount: Int
    public let blockSampleCount: Int

    /// How many samples of silence were made.
    public private(set) var silentSampleCount = 0
    /// How many samples came for a place that was already taken.
    public private(set) var cutSampleCount = 0

    /// What is ready but not yet taken, interleaved; `taken` values at its front are gone.
    private var ready: [Int16] = []
    private var taken = 0
    /// The position behind the last sample in `ready`; nothing before the first sound.
    private var end: Int64?
    private var lastFrame: [Int16]
    /// A gap that is being filled needs no stretching: it ends where the sound says.
    private var endsInSilence = false
    private var isCorrecting = false
    private var isFinished = false

    /// An aligner of one or two channels whose blocks hold `blockSampleCount` samples of each.
    public init(channelCount: Int, blockSampleCount: Int = 1_024) {
        precondition(channelCount > 0 && blockSampleCount > 0, "sound has channels and blocks have samples")
        self.channelCount = channelCount
        self.blockSampleCount = blockSampleCount
        lastFrame = [Int16](repeating: 0, count: channelCount)
    }

    /// Takes decoded samples that begin at `time`.
    public mutating func push(_ samples: [Int16], at time: ChannelTime) {
        let count = Int64(samples.count / channelCount)
        guard !isFinished, count > 0 else { return }
        let place = time.ticks(at: .opus)
        let end = self.end ?? place
        self.end = end
        defer { endsInSilence = false }
        let deviation = place - end
        guard deviation < Self.farthestGap else { return }
        if deviation > (endsInSilence ? 0 : Self.bearable) {
            appendSilence(deviation)
            append(samples[...])
        } else if deviation < -Self.bearable {
            let cut = min(-deviation, count)
            cutSampleCount += Int(cut)
            append(samples[(Int(cut) * channelCount)...])
        } else {
            append(samples, stretchedBy: correction(of: deviation, count: count))
        }
    }

    /// Makes silence where no sound came, up to `patience` before `now`.
    ///
    /// Nothing happens before the first sound: silence before it belongs to no file.
    public mutating func advance(to now: ChannelTime) {
        guard let end, !isFinished else { return }
        appendSilence((now + (.zero - Self.patience)).ticks(at: .opus) - end)
    }

    /// Ends the sound: silence up to `time`, and then so much that the last block is full.
    public mutating func finish(at time: ChannelTime) {
        guard let end, !isFinished else { return }
        appendSilence(time.ticks(at: .opus) - end)
        isFinished = true
        let rest = (ready.count - taken) / channelCount % blockSampleCount
        if rest > 0 { appendSilence(Int64(blockSampleCount - rest)) }
    }

    /// Takes the next whole block into `block`, and says at which position it begins.
    public mutating func nextBlock(into block: inout [Int16]) -> Int64? {
        let wanted = blockSampleCount * channelCount
        guard let end, ready.count - taken >= wanted else {
            ready.removeFirst(taken)
            taken = 0
            return nil
        }
        let position = end - Int64((ready.count - taken) / channelCount)
        block.removeAll(keepingCapacity: true)
        block.append(contentsOf: ready[taken..<taken + wanted])
        taken += wanted
        return position
    }

    /// How many samples too many or too few a block should get.
    private mutating func correction(of deviation: Int64, count: Int64) -> Int64 {
        if abs(deviation) >= Self.noticeable { isCorrecting = true }
        guard isCorrecting else { return 0 }
        if deviation == 0 { isCorrecting = false }
        let most = max(1, count / Self.stretchDivisor)
        return min(max(deviation, -most), most)
    }

    private mutating func appendSilence(_ count: Int64) {
        guard count > 0, let end else { return }
        ready.append(contentsOf: repeatElement(0, count: Int(count) * channelCount))
        silentSampleCount += Int(count)
        self.end = end + count
        endsInSilence = true
        for channel in 0..<channelCount { lastFrame[channel] = 0 }
    }

    private mutating func append(_ samples: ArraySlice<Int16>) {
        let count = samples.count / channelCount
        guard count > 0, let end else { return }
        ready.append(contentsOf: samples.prefix(count * channelCount))
        self.end = end + Int64(count)
        for channel in 0..<channelCount {
            lastFrame[channel] = samples[samples.startIndex + (count - 1) * channelCount + channel]
        }
    }

    /// Appends samples drawn out or pressed together by linear interpolation.
    ///
    /// It runs from the last sample of the block before to the last of this one, so no step is heard.
    private mutating func append(_ samples: [Int16], stretchedBy extra: Int64) {
        let count = samples.count / channelCount
        let newCount = count + Int(extra)
        guard extra != 0, newCount > 0 else {
            append(samples[...])
            return
        }
        for index in 1...newCount {
            // In units of 1/newCount of a sample; 0 is the last sample of the block before.
            let (whole, part) = (index * count).quotientAndRemainder(dividingBy: newCount)
            for channel in 0..<channelCount {
                let before = Int(whole == 0 ? lastFrame[channel] : samples[(whole - 1) * channelCount + channel])
                let after = part == 0 ? before : Int(samples[whole * channelCount + channel])
                ready.append(Int16(truncatingIfNeeded: before + (after - before) * part / newCount))
            }
        }
        end = (end ?? 0) + Int64(newCount)
        for channel in 0..<channelCount { lastFrame[channel] = samples[(count - 1) * channelCount + channel] }
    }
}
