import AV
import Capture
import Codecs
import Units

/// Decodes one user's sound, whatever codec its packets are of, and makes up what was lost.
///
/// Everything lands where it belongs on the channel's timeline: what was made up where the lost packets lay, by the
/// sender's own clock. The codec may change from packet to packet.
struct SoundDecoder: ~Copyable {
    /// How far decoded Opus lies behind what went into the encoder, which is what senders stamp.
    ///
    /// libopus looks 4 ms ahead for its analysis and 2.5 ms for its window: 312 samples.
    private static let opusLookahead = Int64(Opus.usualPreSkip)

    /// After 100 ms of lost packets invention gets worse than silence.
    static let longestConcealment: Int64 = 4_800
    /// A gap that is only so much longer is invented whole: silence of a few milliseconds would be a rattle.
    static let concealmentLeeway: Int64 = 1_440
    /// A sender that pauses on purpose gives a sign every 400 ms; after a second it has stopped.
    static let longestPause: Int64 = 48_000
    /// The last so much of what was invented fades away when silence follows.
    private static let fadeSampleCount = 960
    /// A gap by the sender's ticks that lasts this much longer or shorter on the timeline is none: they began anew.
    private static let greatestDisagreement = Duration.milliseconds(200)

    /// The last packet that was decoded, by which the next one's gap is measured.
    private struct Last {
        var codec: Codec
        /// The tick and the time behind it.
        var endTicks: Int64
        var end: ChannelTime
        /// Whether it announced a pause.
        var isPause: Bool
        /// Whether forward correction can build on it (libopus offers none after CELT).
        var usesLinearPrediction: Bool
    }

    private(set) var counters = SoundCounters()

    private let channelCount: Int
    private var opus: OpusDecoder
    private var telephone: TelephoneDecoder?
    private var last: Last?
    private var pcm: [Int16] = []

    /// A decoder whose sound has so many channels, whatever the packets have.
    init(channelCount: Int) throws(CodecError) {
        self.channelCount = channelCount
        opus = try OpusDecoder(channelCount: channelCount)
    }

    /// Takes a packet whose first sample was captured at `time`, and hands its sound and what was lost before it on.
    mutating func push(_ frame: Frame, at time: ChannelTime, into aligner: inout AudioAligner) {
        if let last, last.codec != frame.codec { change(from: last, into: &aligner) }
        switch frame.codec {
        case .opus: pushOpus(frame, at: time, into: &aligner)
        case .pcmu, .pcma, .g722: pushTelephone(frame, at: time, into: &aligner)
        case .h264, .h265, .vp8, .vp9, .av1, .aac, .mp3: counters.malformedPacketCount += 1
        }
    }

    /// Ends the sound of one codec, before another's begins.
    ///
    /// Opus comes late by its look-ahead; what would be missing of it is invented, and what would overlap is cut.
    private mutating func change(from last: Last, into aligner: inout AudioAligner) {
        if last.codec == .opus {
            pcm.removeAll(keepingCapacity: true)
            if (try? opus.conceal(Int(Self.opusLookahead + 119) / 120 * 120, into: &pcm)) != nil {
                aligner.push(pcm, at: last.end + Self.duration(-Self.opusLookahead))
            }
            opus.reset()
        }
        self.last = nil
        aligner.breakOff()
    }

    // MARK: - Opus

    private mutating func pushOpus(_ frame: Frame, at time: ChannelTime, into aligner: inout AudioAligner) {
        let place = time + Self.duration(-Self.opusLookahead)
        let gap = gap(before: frame, at: time)
        if gap > 0 { fillOpus(gap, before: frame, at: place, into: &aligner) }
        pcm.removeAll(keepingCapacity: true)
        do {
            let count = try opus.decode(frame.bytes, into: &pcm)
            aligner.push(pcm, at: place)
            last = Last(
                codec: .opus, endTicks: frame.ticks + Int64(count), end: time + Self.duration(Int64(count)),
                isPause: Opus.isPause(frame.bytes), usesLinearPrediction: Opus.usesLinearPrediction(frame.bytes))
        } catch {
            counters.malformedPacketCount += 1
        }
    }

    /// Fills a gap: its end from the copy that the next packet may carry, what lies before with what the decoder makes
    /// of it (RFC 6716 §4.4), as far as that is any good.
    private mutating func fillOpus(
        _ gap: Int64, before frame: Frame, at place: ChannelTime, into aligner: inout AudioAligner
    ) {
        let isPause = last?.isPause ?? false
        var copied = 0
        if frame.isBroken, last?.usesLinearPrediction ?? false {
            copied = min(Int(gap), Opus.forwardCorrectionSampleCount(of: frame.bytes))
        }
        let invented = inventedCount(of: gap - Int64(copied), isBroken: frame.isBroken, isPause: isPause)
        do {
            pcm.removeAll(keepingCapacity: true)
            var rest = invented
            while rest > 0 {
                let count = min(rest, OpusDecoder.longestPacket)
                try opus.conceal(count, into: &pcm)
                rest -= count
            }
            if invented + copied < gap { fadeOut() }
            aligner.push(pcm, at: place + Self.duration(-gap))
            pcm.removeAll(keepingCapacity: true)
            if copied > 0 { try opus.recover(copied, before: frame.bytes, into: &pcm) }
            aligner.push(pcm, at: place + Self.duration(-Int64(copied)))
        } catch {
            counters.malformedPacketCount += 1
            return
        }
        count(invented: invented, isBroken: frame.isBroken)
        counters.recoveredSampleCount += copied
    }

    // MARK: - Telephone codecs

    private mutating func pushTelephone(_ frame: Frame, at time: ChannelTime, into aligner: inout AudioAligner) {
        let gap = gap(before: frame, at: time)
        do {
            if last == nil {
                telephone = try TelephoneDecoder(frame.codec, channelCount: channelCount)
            } else if gap > 0 {
                try fillTelephone(gap, isBroken: frame.isBroken, at: time, into: &aligner)
            } else if last?.endTicks != frame.ticks {
                telephone?.reset()
            }
            let place = time + Self.duration(-telephoneLag)
            pcm.removeAll(keepingCapacity: true)
            let tickCount = Int64(try telephone?.decode(frame.bytes, into: &pcm) ?? 0)
            aligner.push(pcm, at: place)
            let length = Self.duration(tickCount * Int64(TelephoneDecoder.samplesPerTick))
            last = Last(
                codec: frame.codec, endTicks: frame.ticks + tickCount, end: time + length, isPause: false,
                usesLinearPrediction: false)
        } catch {
            counters.malformedPacketCount += 1
        }
    }

    /// How far what comes out next lies before the time of what goes in next.
    private var telephoneLag: Int64 {
        switch telephone {
        case .some(let telephone): Int64(telephone.delay + telephone.lookahead)
        case .none: 0
        }
    }

    private mutating func fillTelephone(
        _ gap: Int64, isBroken: Bool, at time: ChannelTime, into aligner: inout AudioAligner
    ) throws(CodecError) {
        let invented = inventedCount(of: gap, isBroken: isBroken, isPause: false)
        if invented > 0 {
            let place = time + Self.duration(-gap - telephoneLag)
            pcm.removeAll(keepingCapacity: true)
            try telephone?.conceal(invented / TelephoneDecoder.samplesPerTick, into: &pcm)
            aligner.push(pcm, at: place)
            count(invented: invented, isBroken: isBroken)
        }
        // What follows silence begins with nothing before it.
        if invented < gap { telephone?.reset() }
    }

    // MARK: - Gaps

    /// How many samples lie between the last packet and this one: by ticks, if the timeline agrees; 0 if none do.
    private func gap(before frame: Frame, at time: ChannelTime) -> Int64 {
        guard let last, last.codec == frame.codec else { return 0 }
        let gap = MediaTime(ticks: frame.ticks - last.endTicks, rate: frame.codec.clockRate).rescaled(to: .opus).ticks
        let difference = Self.duration(gap) - (time - last.end)
        guard gap > 0, abs(difference.wholeNanoseconds) <= Self.greatestDisagreement.wholeNanoseconds else { return 0 }
        return gap
    }

    /// How much of a gap is worth inventing, in the 2.5 ms that Opus counts in.
    private func inventedCount(of gap: Int64, isBroken: Bool, isPause: Bool) -> Int {
        guard isBroken || isPause else { return 0 }
        let longest = isPause ? Self.longestPause : Self.longestConcealment
        let count = gap <= longest + Self.concealmentLeeway ? gap : longest
        return Int(count / 120 * 120)
    }

    private mutating func count(invented: Int, isBroken: Bool) {
        if isBroken { counters.concealedSampleCount += invented } else { counters.pauseSampleCount += invented }
    }

    private mutating func fadeOut() {
        let count = min(Self.fadeSampleCount, pcm.count / channelCount)
        let start = pcm.count - count * channelCount
        for index in 0..<count * channelCount {
            pcm[start + index] = Int16(Int(pcm[start + index]) * (count - index / channelCount) / (count + 1))
        }
    }

    private static func duration(_ sampleCount: Int64) -> Duration { .nanoseconds(sampleCount * 62_500 / 3) }
}
