import Channel
import Codecs
import Testing
import Units

/// Streams of one source that follow each other: simulcast layers, and new SSRCs.
@Suite("A stream that takes over from another")
struct PeerClockTakeOverTests {
    /// Two layers of one camera and the sound beside them; every picture comes in both layers.
    private struct Layers {
        var timeline = PeerTimeline(origin: .ms(0))
        let sound: Int
        let layers: [Int]
        var random: SeededGenerator
        var chosen = 0
        var former: Int?
        var milliseconds: Int64 = 0
        var reportsLayers = [true, true]
        /// Captured and placed, of the chosen layer.
        var places: [(captured: Int64, time: ChannelTime)] = []
        private var captured: [Int64] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            sound = timeline.addTrack(rate: .opus)
            layers = [timeline.addTrack(rate: .video), timeline.addTrack(rate: .video)]
        }

        func ticks(_ layer: Int) -> Int64 { Int64(layer + 1) * 2_000_000_000 + milliseconds * 90 }

        mutating func run(_ length: Int64) {
            for _ in 0..<length {
                if milliseconds % 40 == 0 { sendPicture() }
                if milliseconds % 20 == 0 { send(sound, .opus, milliseconds * 48, isChosen: true, delay: 30) }
                for layer in layers.indices where milliseconds % 1_000 == 300 * Int64(layer + 1) && reportsLayers[layer]
                {
                    report(layers[layer], ticks(layer))
                }
                if milliseconds % 5_000 == 2_000 { report(sound, milliseconds * 48) }
                take()
                milliseconds += 1
            }
        }

        private mutating func sendPicture() {
            for (layer, track) in layers.enumerated() {
                let jitter = Int64.random(in: 0...20, using: &random)
                send(track, .vp8, ticks(layer), isChosen: layer == chosen, delay: 45 + 10 * Int64(layer) + jitter)
            }
        }

        private mutating func send(_ track: Int, _ codec: Codec, _ ticks: Int64, isChosen: Bool, delay: Int64) {
            let frame = Frame(
                codec: codec, ticks: ticks, isKeyframe: true, bytes: [], arrival: .ms(milliseconds + delay))
            guard isChosen else { return timeline.noteArrival(of: frame, track: track) }
            if codec == .vp8 { captured.append(milliseconds) }
            timeline.receive(frame, track: track, takingOverFrom: codec == .vp8 ? former : nil)
            if codec == .vp8 { former = nil }
        }

        private mutating func report(_ track: Int, _ ticks: Int64) {
            let error = Int64.random(in: -45...45, using: &random)
            timeline.noteReport(
                track: track, wall: NTPTime(nanoseconds: 3_900_000_000_000_000_000 + milliseconds * 1_000_000),
                ticks: ticks + error, at: .ms(milliseconds + 40))
        }

        private mutating func take() {
            while let placed = timeline.next(at: .ms(milliseconds + 80)) {
                if placed.track != sound { places.append((captured[places.count], placed.time)) }
            }
        }

        mutating func switchLayer(to layer: Int) {
            former = layers[chosen]
            chosen = layer
        }
    }

    @Test("is placed to the millisecond where the other would have been", arguments: 1...10 as ClosedRange<UInt64>)
    func seamless(seed: UInt64) {
        var call = Layers(seed: seed)
        call.run(30_000)
        for turn in 1...20 {
            call.switchLayer(to: turn % 2)
            call.run(Int64.random(in: 200...6_000, using: &call.random))
        }
        let steps = zip(call.places, call.places.dropFirst()).filter { $0.0.captured > 5_000 }
            .map { ($1.time - $0.time).wholeNanoseconds - ($1.captured - $0.captured) * 1_000_000 }
        let worst = steps.map(abs).max() ?? 0
        print("layers, seed \(seed): worst step \(Double(worst / 10_000) / 100) ms")
        #expect(worst <= 1_200_000)
    }

    @Test(
        "never runs backwards, and is where the old one was, if it has no report yet", arguments: [1, 2, 3] as [UInt64])
    func unreported(seed: UInt64) {
        var call = Layers(seed: seed)
        call.reportsLayers[1] = false
        call.run(20_000)
        call.switchLayer(to: 1)
        call.run(10_000)
        #expect(zip(call.places, call.places.dropFirst()).allSatisfy { $0.time < $1.time })
        let places = call.places
        let errors = places.map { ($0.time - .ms($0.captured)).wholeMilliseconds }
        let before = errors[450..<490].reduce(0, +) / 40
        // The other layer takes 10 ms longer to encode, which nothing tells.
        #expect(errors[600...].allSatisfy { abs($0 - before) <= 16 })
    }

    @Test("goes on behind the old one though its frames come early", arguments: [true, false])
    func behind(hasReports: Bool) {
        var clock = PeerClock(origin: .ms(0))
        let (old, new) = (clock.addTrack(rate: .video), clock.addTrack(rate: .video))
        clock.noteArrival(track: old, ticks: 0, at: .ms(200))
        if hasReports { clock.noteReport(track: old, wall: NTPTime(nanoseconds: 1 << 61), ticks: 0, at: .ms(200)) }
        let last = clock.place(track: old, ticks: 0)
        clock.noteArrival(track: new, ticks: 777, at: .ms(150))
        clock.takeOver(new, from: old)
        #expect(clock.place(track: new, ticks: 777) > last)
        clock.takeOver(new, from: new)
        clock.takeOver(old, from: new)
        let again = clock.place(track: old, ticks: -90_000)
        #expect(again > last)
        #expect(clock.place(track: old, ticks: -89_999) > again)
    }
}
