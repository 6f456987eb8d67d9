public import Units

/// Lays decoded sound on the channel's timeline, without gaps, and cuts it into equal blocks.
///
/// A block of sound says where it begins; small deviations from where the last one ended are the
/// drift between two clocks and are stretched away, unheard. Larger ones are real: silence fills a gap,
/// and what would overlap is cut, neither with a click. As time passes without any sound, silence is made, a while
/// behind so that sound still under way finds its place. Samples are 16-bit, interleaved, at 48 kHz; positions count
/// samples of one channel from the channel's origin. After each call take `nextBlock` until it says nothing.
public struct AudioAligner: Sendable {
    /// How long sound is waited for before silence is made in its place.
    ///
    /// Repair takes up to a second, and the network its own time.
    public static let patience = Duration.milliseconds(1_200)
    /// How far behind the present silence goes on once it has begun.
    ///
    /// Nobody sends, so only what the network delays can still come; a file's tracks should not lie farther apart.
    public static let lag = Duration.milliseconds(300)

    /// Deviations are left alone until they reach 2 ms, then stretched away to nothing.
    private static let noticeable: Int64 = 96
    /// Beyond 30 ms something was lost or cut; stretching would take too long.
    private static let bearable: Int64 = 1_440
    /// So much of a deviation goes away each second: 2 ms cost a fifth of a percent, which nobody hears.
    private static let fadeSampleCount: Int64 = 48_000
    /// At most 2 % of a block; a third of a semitone, and only while it lasts.
    private static let stretchDivisor: Int64 = 50
    /// Where sound does not continue what was before it, the step between them fades away in 5 ms.
    private static let spliceSampleCount = 240
    /// A block that pretends to lie farther ahead than this of everything before is refused: 10 minutes.
    private static let farthestGap: Int64 = 28_800_000

    public let channelCount: Int
    public let blockSampleCount: Int

    /// How many samples of silence were made.
    public private(set) var silentSampleCount = 0
    /// How many samples came for a place that was already taken, or pretended to lie too far ahead.
    public private(set) var cutSampleCount = 0

    /// What is ready but not yet taken, interleaved; `taken` values at its front are gone.
    private var ready: [Int16] = []
    private var taken = 0
    /// The position behind the last sample in `ready`; nothing before the first sound.
    private var end: Int64?
    /// The last two samples of each channel, interleaved, the newest last.
    private var lastFrames: [Int16]
    /// Whether the next sound does not continue what is there.
    private var hasBroken = false
    /// Whether the next sound lies exactly at its time, however little that is off.
    private var isExact = false
    /// The step of each channel that is being faded, and for how many samples more.
    private var spliceSteps: [Float]
    private var spliceLeft = 0
    /// One channel's samples while they are stretched.
    private var line: [Float] = []
    /// A gap that is being filled needs no stretching: it ends where the sound says.
    private var endsInSilence = false
    private var isCorrecting = false
    private var isFinished = false

    /// An aligner of one or two channels whose blocks hold `blockSampleCount` samples of each.
    public init(channelCount: Int, blockSampleCount: Int = 1_024) {
        precondition(channelCount > 0 && blockSampleCount > 0, "sound has channels and blocks have samples")
        self.channelCount = channelCount
        self.blockSampleCount = blockSampleCount
        lastFrames = [Int16](repeating: 0, count: 2 * channelCount)
        spliceSteps = [Float](repeating: 0, count: channelCount)
    }

    /// Takes decoded samples that begin at `time`.
    public mutating func push(_ samples: [Int16], at time: ChannelTime) {
        let count = Int64(samples.count / channelCount)
        guard !isFinished, count > 0 else { return }
        let place = time.ticks(at: .opus)
        let end = self.end ?? place
        self.end = end
        defer {
            endsInSilence = false
            isExact = false
        }
        let deviation = place - end
        guard deviation < Self.farthestGap else { return cutSampleCount += Int(count) }
        if deviation > (endsInSilence || isExact ? 0 : Self.bearable) {
            appendSilence(deviation)
            append(samples[...])
        } else if deviation < (isExact ? 0 : -Self.bearable) {
            let cut = min(-deviation, count)
            cutSampleCount += Int(cut)
            hasBroken = true
            append(samples[(Int(cut) * channelCount)...])
        } else {
            append(samples, stretchedBy: correction(of: deviation, count: count))
        }
    }

    /// Says that what comes next does not continue what came: it lies exactly where it says, and no step is heard.
    public mutating func breakOff() {
        hasBroken = end != nil
        isExact = true
    }

    /// Makes silence where no sound came for `patience`, and then on, up to `lag` before `now`.
    ///
    /// Nothing happens before the first sound: silence before it belongs to no file.
    public mutating func advance(to now: ChannelTime) {
        guard let end, !isFinished else { return }
        let wait = endsInSilence ? Self.lag : Self.patience
        guard (now + (.zero - wait)).ticks(at: .opus) > end else { return }
        appendSilence((now + (.zero - Self.lag)).ticks(at: .opus) - end)
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
        let share = (abs(deviation) * count + Self.fadeSampleCount - 1) / Self.fadeSampleCount
        let most = max(1, min(share, count / Self.stretchDivisor))
        return min(max(deviation, -most), most)
    }

    private mutating func appendSilence(_ count: Int64) {
        guard count > 0, let end else { return }
        let start = ready.count
        ready.append(contentsOf: repeatElement(0, count: Int(count) * channelCount))
        silentSampleCount += Int(count)
        self.end = end + count
        if !endsInSilence { beginSplice(at: start) }
        endsInSilence = true
        hasBroken = true
        settle(from: start)
    }

    private mutating func append(_ samples: ArraySlice<Int16>) {
        let count = samples.count / channelCount
        guard count > 0, let end else { return }
        let start = ready.count
        ready.append(contentsOf: samples.prefix(count * channelCount))
        self.end = end + Int64(count)
        if hasBroken { beginSplice(at: start) }
        hasBroken = false
        settle(from: start)
    }

    /// Notes how far what now stands at `start` steps away from the last sample before.
    private mutating func beginSplice(at start: Int) {
        spliceLeft = Self.spliceSampleCount
        for channel in 0..<channelCount {
            spliceSteps[channel] = Float(lastFrames[channelCount + channel]) - Float(ready[start + channel])
        }
    }

    /// Fades what is left of a step from `start` on, and remembers the last samples.
    private mutating func settle(from start: Int) {
        var index = start
        while spliceLeft > 0, index < ready.count {
            let part = Float(spliceLeft) / Float(Self.spliceSampleCount)
            for channel in 0..<channelCount {
                let value = Float(ready[index + channel]) + spliceSteps[channel] * part
                ready[index + channel] = Int16(clamping: Int(value.rounded()))
            }
            spliceLeft -= 1
            index += channelCount
        }
        // A single sample is preceded by the newest of those before it.
        for channel in 0..<channelCount {
            let newest = ready.count - channelCount + channel
            let before = newest - channelCount
            lastFrames[channel] = before >= start ? ready[before] : lastFrames[channelCount + channel]
            lastFrames[channelCount + channel] = ready[newest]
        }
    }

    /// Appends samples drawn out or pressed together, by the cubic through the four nearest.
    ///
    /// It runs from the last sample of the block before to the last of this one, so no step is heard. Straight lines
    /// would do for speech, but dull the treble of music for as long as they last.
    private mutating func append(_ samples: [Int16], stretchedBy extra: Int64) {
        let count = samples.count / channelCount
        let newCount = count + Int(extra)
        guard extra != 0, newCount > 0, count >= 2, !hasBroken else {
            append(samples[...])
            return
        }
        let start = ready.count
        ready.append(contentsOf: repeatElement(0, count: newCount * channelCount))
        for channel in 0..<channelCount { stretch(samples, to: newCount, from: start, channel: channel) }
        end = (end ?? 0) + Int64(newCount)
        settle(from: start)
    }

    private mutating func stretch(_ samples: [Int16], to newCount: Int, from start: Int, channel: Int) {
        let count = samples.count / channelCount
        drawLine(samples, channel: channel)
        // The last sample of the block before stands at 1; each step goes count/newCount of a sample on.
        var (whole, part, target) = (1, 0, start + channel)
        let scale = 1 / Float(newCount)
        for _ in 0..<newCount {
            part += count
            while part >= newCount {
                part -= newCount
                whole += 1
            }
            let value = Self.between(
                line[whole - 1], line[whole], line[whole + 1], line[whole + 2], part: Float(part) * scale)
            ready[target] = Int16(clamping: Int(value < 0 ? value - 0.5 : value + 0.5))
            target += channelCount
        }
    }

    /// Lays a channel's samples side by side: two of the block before, all of this one, and two behind it as the
    /// parabola through its end goes on.
    private mutating func drawLine(_ samples: [Int16], channel: Int) {
        line.removeAll(keepingCapacity: true)
        line.append(Float(lastFrames[channel]))
        line.append(Float(lastFrames[channelCount + channel]))
        for index in stride(from: channel, to: samples.count, by: channelCount) { line.append(Float(samples[index])) }
        for _ in 0..<2 {
            let last = line.count - 1
            line.append(3 * (line[last] - line[last - 1]) + line[last - 2])
        }
    }

    /// The third-degree Lagrange polynomial through four samples, at `part` of the way from the second to the third.
    private static func between(_ before: Float, _ here: Float, _ next: Float, _ after: Float, part: Float) -> Float {
        let (up, down, far) = (part + 1, part - 1, part - 2)
        let middle = (here * down - next * part) * up * far / 2
        return middle + (after * up - before * far) * part * down / 6
    }
}
