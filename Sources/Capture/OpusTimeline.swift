import Codecs
public import Units

/// Lays Opus packets on the channel's timeline as they are, one directly after the other.
///
/// Players run an audio track's packets together whatever their times say, so a gap has to be filled and
/// an overlap removed with packets: silence goes in where sound is missing, and a packet goes out when
/// the sender's clock has run a packet ahead. Between those, a packet lies up to `bearable` from its time.
/// After each call take `nextPacket` until it returns nothing.
public struct OpusTimeline: Sendable {
    /// How long packets are waited for, and how far behind the present silence goes on, as with `AudioAligner`.
    public static let patience = AudioAligner.patience
    public static let lag = AudioAligner.lag

    /// What silence lasts; its packets are always these 20 ms.
    private static let silenceSampleCount: Int64 = 960
    /// 12 ms, a little more than half a packet, or the same packet would go in and out by turns.
    private static let bearable: Int64 = 576
    /// A packet that pretends to lie farther ahead than this of everything before is refused: 10 minutes.
    private static let farthestGap: Int64 = 28_800_000

    public let channelCount: Int

    /// How many packets of silence went in.
    public private(set) var silentPacketCount = 0
    /// How many samples came for a place that was already taken, or pretended to lie too far ahead.
    public private(set) var cutSampleCount = 0
    /// How many packets were left out because they are malformed.
    public private(set) var malformedPacketCount = 0

    private var ready: [AudioPacket] = []
    private var taken = 0
    private var end: Int64?
    private var endsInSilence = false
    private var isFinished = false

    /// A timeline whose silence has one or two channels.
    public init(channelCount: Int) { self.channelCount = channelCount }

    /// Takes a packet whose first sample lies at `time`.
    public mutating func push(_ bytes: [UInt8], at time: ChannelTime) {
        guard !isFinished else { return }
        let place = time.ticks(at: .opus)
        guard let count = Opus.sampleCount(of: bytes) else { return malformedPacketCount += 1 }
        guard place - (end ?? place) < Self.farthestGap else { return cutSampleCount += count }
        fill(upTo: place)
        let position = end ?? place
        // What overlaps by more than can be borne gives way; what is left then is less than a packet.
        guard position - place <= max(Self.bearable, Int64(count) * 6 / 10) else { return cutSampleCount += count }
        ready.append(AudioPacket(position: position, sampleCount: count, bytes: bytes))
        end = position + Int64(count)
        endsInSilence = false
    }

    /// Makes silence where no packet came for `patience`, and then on, up to `lag` before `now`.
    public mutating func advance(to now: ChannelTime) {
        guard let end, !isFinished else { return }
        let wait = endsInSilence ? Self.lag : Self.patience
        guard (now + (.zero - wait)).ticks(at: .opus) > end else { return }
        fill(upTo: (now + (.zero - Self.lag)).ticks(at: .opus))
    }

    /// Ends the sound: silence up to `time` and a little beyond, which the take cuts off.
    public mutating func finish(at time: ChannelTime) {
        guard !isFinished, let end else { return }
        isFinished = true
        let missing = time.ticks(at: .opus) - end
        if missing > 0 { appendSilence((missing + Self.silenceSampleCount - 1) / Self.silenceSampleCount) }
    }

    /// Takes the next packet.
    public mutating func nextPacket() -> AudioPacket? {
        guard taken < ready.count else {
            ready.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        taken += 1
        return ready[taken - 1]
    }

    private mutating func fill(upTo place: Int64) {
        guard let end, place - end > Self.bearable else { return }
        appendSilence((place - end + Self.silenceSampleCount / 2) / Self.silenceSampleCount)
    }

    private mutating func appendSilence(_ count: Int64) {
        guard var position = end else { return }
        for _ in 0..<count {
            let silence = Opus.silence(channelCount: channelCount)
            ready.append(AudioPacket(position: position, sampleCount: Int(Self.silenceSampleCount), bytes: silence))
            position += Self.silenceSampleCount
        }
        silentPacketCount += Int(count)
        end = position
        endsInSilence = true
    }
}
