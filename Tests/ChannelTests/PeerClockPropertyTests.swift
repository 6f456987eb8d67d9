import Channel
import Codecs
import Testing
import Units

/// A sender that does anything at all, and a network that does the rest.
@Suite("A peer's clock, whatever arrives")
struct PeerClockPropertyTests {
    @Test("never places a later tick earlier", arguments: 1...150 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        // Further than 32-bit timestamps can count in a year of nothing but jumps.
        var call = AnyCall(seed: seed, reach: 44)
        call.run(steps: 1_500)
        #expect(call.violations == 0, "seed \(seed)")
        #expect(call.placedCount > 200)
    }

    @Test("never traps at the ends of all numbers", arguments: 1...50 as ClosedRange<UInt64>)
    func extremes(seed: UInt64) {
        var call = AnyCall(seed: seed, reach: 64)
        call.run(steps: 1_500)
        #expect(call.placedCount > 200)
    }
}

/// Random frames and reports of four tracks; what was placed is compared with what was placed just before it.
private struct AnyCall {
    var violations = 0
    var placedCount = 0

    private var random: SeededGenerator
    private var timeline = PeerTimeline(origin: .ms(5_000))
    private var now = Instant.ms(0)
    private var tracks: [Track] = []

    /// How many bits the numbers have that a sender tells.
    private let reach: Int

    private struct Track {
        var number: Int
        var rate: Int64
        var ticks: Int64
        var wall: UInt64
        /// The last places of one count of ticks; others have nothing to do with them.
        var recent: [(ticks: Int64, time: ChannelTime)] = []
        var count: UInt8 = 0
        /// The tick with which that count began: what is shown before it may be pressed together.
        var first = Int64.min
    }

    init(seed: UInt64, reach: Int) {
        self.reach = reach
        random = SeededGenerator(seed: seed)
        for rate in [ClockRate.opus, .video, .video, .telephone] {
            tracks.append(
                Track(
                    number: timeline.addTrack(rate: rate), rate: Int64(rate.ticksPerSecond),
                    ticks: Int64(UInt32.random(in: 0 ... .max, using: &random)), wall: random.next()))
        }
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            now = now + .microseconds(Int64.random(in: 0...40_000, using: &random))
            if chance(0.002) { now = now + .seconds(Int64.random(in: 1...100_000, using: &random)) }
            let index = Int.random(in: 0..<tracks.count, using: &random)
            if chance(0.003) { spoil(index) }
            if chance(0.1) { report(index) } else { send(index) }
            while let placed = timeline.next(at: now) { check(placed) }
        }
        _ = timeline.clock.measurements
    }

    private mutating func chance(_ share: Double) -> Bool { random.fraction() < share }

    private mutating func whole(_ bits: Int) -> Int64 {
        Int64(bitPattern: random.next()) >> Int64(64 - bits)
    }

    /// Anything may happen to a sender's clocks.
    private mutating func spoil(_ index: Int) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: tracks[index].ticks &+= whole(Int.random(in: 8...reach, using: &random))
        case 1: tracks[index].wall = random.next()
        case 2: tracks[index].wall &+= UInt64(bitPattern: whole(40))
        default: tracks[index].ticks = Int64.max >> Int64(64 - reach) &* (chance(0.5) ? 1 : -1)
        }
    }

    private mutating func send(_ index: Int) {
        let step = tracks[index].rate / 50
        tracks[index].ticks &+= chance(0.02) ? step &* Int64.random(in: 0...500, using: &random) : step
        tracks[index].wall &+= 0x0000_0000_051E_B851
        // Pictures decoded early, and doubled frames.
        let early = chance(0.2) ? step * Int64.random(in: -4...4, using: &random) : 0
        var frame = Frame(
            codec: .vp8, ticks: tracks[index].ticks &+ early, isKeyframe: true, bytes: [], arrival: arrival())
        if chance(0.1) { frame.captureTime = NTPTime(chance(0.05) ? random.next() : tracks[index].wall) }
        timeline.noteArrival(of: frame, track: index)
        guard !chance(0.05) else { return }
        frame.bytes = [UInt8(truncatingIfNeeded: timeline.clock.restartCount(track: index))]
        timeline.receive(frame, track: index)
    }

    /// Mostly now, at times long ago, and a little in disorder.
    private mutating func arrival() -> Instant {
        let late =
            chance(0.01) ? Int64.random(in: 0...15_000, using: &random) : Int64.random(in: 0...60, using: &random)
        return now - .milliseconds(late)
    }

    private mutating func report(_ index: Int) {
        let wall = chance(0.1) ? random.next() : tracks[index].wall &+ UInt64(bitPattern: whole(26))
        let ticks = chance(0.05) ? whole(reach) : tracks[index].ticks &+ whole(13)
        for _ in 0..<(chance(0.05) ? 2 : 1) {
            timeline.noteReport(track: index, wall: NTPTime(wall), ticks: ticks, at: arrival())
        }
    }

    private mutating func check(_ placed: PlacedFrame) {
        placedCount += 1
        let (index, ticks, time) = (placed.track, placed.frame.ticks, placed.time)
        if placed.frame.bytes.first != tracks[index].count {
            tracks[index].count = placed.frame.bytes.first ?? 0
            if let latest = tracks[index].recent.map(\.time).max(), time <= latest { violations += 1 }
            tracks[index].recent.removeAll()
            tracks[index].first = ticks
        }
        for other in tracks[index].recent where other.ticks != ticks {
            let isPressed = min(other.ticks, ticks) < tracks[index].first && other.time == time
            if !isPressed, (other.ticks < ticks) != (other.time < time) { violations += 1 }
        }
        if tracks[index].recent.count >= 16 { tracks[index].recent.removeFirst() }
        tracks[index].recent.append((ticks, time))
    }
}
