import Testing
import Units

@testable import Capture

@Suite("The order of decoding")
struct DecodeOrderTests {
    /// The pictures of a group as they come: each number says when it is shown, in thirtieths of a second.
    private static func place(
        _ shown: [Int64], announcing depth: Int? = nil, keyframes: Set<Int> = [0]
    ) -> [(decode: Int64, shown: Int64)] {
        var order = DecodeOrder()
        if let depth { order.announce(depth: depth) }
        return shown.enumerated().map { index, number in
            let place = order.place(stamp: number * 3_000, ticks: number * 3_000, isKeyframe: keyframes.contains(index))
            return (place.decodeTicks, place.decodeTicks + Int64(place.compositionOffsetTicks))
        }
    }

    @Test("is that of showing if no picture overtakes another", arguments: [nil, 0])
    func inOrder(depth: Int?) {
        let placed = Self.place([0, 1, 2, 3, 90, 91], announcing: depth)
        #expect(placed.map(\.decode) == [0, 3_000, 6_000, 9_000, 270_000, 273_000])
        #expect(placed.map(\.shown) == placed.map(\.decode))
    }

    @Test("lags behind that of showing by the depth that was announced, and nothing is shown before it is decoded")
    func announced() {
        let placed = Self.place([0, 3, 1, 2, 6, 4, 5, 9, 7, 8], announcing: 1)
        #expect(placed.map(\.decode) == [0, 1, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 21_000, 24_000])
        #expect(placed.map(\.shown) == [0, 3, 1, 2, 6, 4, 5, 9, 7, 8].map { $0 * 3_000 })
        #expect(placed.allSatisfy { $0.decode <= $0.shown })
    }

    @Test("takes a pyramid of pictures that refer to each other")
    func pyramid() {
        let shown: [Int64] = [0, 8, 4, 2, 1, 3, 6, 5, 7, 16, 12, 10, 9, 11, 14, 13, 15]
        let placed = Self.place(shown, announcing: 3)
        #expect(placed.map(\.shown) == shown.map { $0 * 3_000 })
        #expect(placed.allSatisfy { $0.decode <= $0.shown })
        #expect(placed.last?.decode == 39_000)
    }

    @Test("is learned from the pictures when nothing was announced")
    func learned() {
        let shown: [Int64] = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]
        let placed = Self.place(shown)
        #expect(placed.map(\.shown) == shown.map { $0 * 3_000 })
        #expect(placed.prefix(4).map(\.decode) == [0, 9_000, 9_001, 9_002])
        #expect(placed.dropFirst(4).allSatisfy { $0.decode <= $0.shown })
    }

    @Test("lets pictures behind a keyframe be shown before it, as open groups do")
    func openGroup() {
        let shown: [Int64] = [0, 1, 2, 5, 3, 4, 6]
        let placed = Self.place(shown, announcing: 1, keyframes: [0, 3])
        #expect(placed.map(\.shown) == shown.map { $0 * 3_000 })
        #expect(placed.allSatisfy { $0.decode <= $0.shown })
    }

    @Test("does not take a corrected clock for another order")
    func corrected() {
        var order = DecodeOrder()
        let times: [Int64] = [500, 533, 533, 400, 0, 566]
        let places = times.enumerated().map { order.place(stamp: Int64($0), ticks: $1, isKeyframe: $0 == 0) }
        #expect(places.map(\.decodeTicks) == [500, 533, 534, 535, 536, 566])
        #expect(places.allSatisfy { $0.compositionOffsetTicks == 0 })
        #expect(order.depth == 0)
    }

    @Test("begins anew with another sender's stamps, whose times go on behind the last")
    func otherSender() {
        var order = DecodeOrder()
        _ = order.place(stamp: 1_000_000, ticks: 9_000, isKeyframe: true)
        let next = ([(5, 6_000, true), (3_005, 9_000, false)] as [(Int64, Int64, Bool)]).map {
            order.place(stamp: $0.0, ticks: $0.1, isKeyframe: $0.2)
        }
        #expect(next.map(\.decodeTicks) == [9_001, 9_002])
        #expect(order.depth == 0)
    }

    @Test("keeps every rule whatever comes", arguments: 1...200 as ClosedRange<UInt64>)
    func rules(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let depth = Int.random(in: 0...4, using: &random)
        var order = DecodeOrder()
        if seed % 2 == 0 { order.announce(depth: depth) }
        var last = Int64.min
        for (index, stamp) in Self.stream(count: 300, depth: depth, using: &random).enumerated() {
            let place = order.place(stamp: stamp, ticks: stamp + 100, isKeyframe: index == 0)
            #expect(place.decodeTicks > last)
            #expect(place.decodeTicks + Int64(place.compositionOffsetTicks) == stamp + 100)
            if seed % 2 == 0 { #expect(place.compositionOffsetTicks >= 0) }
            last = place.decodeTicks
        }
        #expect(order.depth <= depth)
    }

    @Test("never goes back, even if the stamps mean nothing", arguments: 1...100 as ClosedRange<UInt64>)
    func nonsense(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var order = DecodeOrder()
        var last = Int64.min
        for _ in 0..<300 {
            let place = order.place(
                stamp: .random(in: -9...9, using: &random), ticks: .random(in: -1_000_000...1_000_000, using: &random),
                isKeyframe: random.fraction() < 0.1)
            #expect(place.decodeTicks > last)
            last = place.decodeTicks
        }
        #expect(order.depth <= DecodeOrder.deepest)
    }

    /// Stamps of a random stream in decode order, in which at most `depth` pictures are overtaken by any other.
    private static func stream(count: Int, depth: Int, using random: inout SeededGenerator) -> [Int64] {
        var shown: [Int64] = []
        var next: Int64 = 0
        for _ in 0..<count + depth {
            shown.append(next)
            next += Int64.random(in: 1_500...6_000, using: &random)
        }
        // A picture is shown at the earliest `depth` places after that of its coming.
        var (stamps, waiting): ([Int64], [Int64]) = ([shown[0]], [])
        var rest = shown.dropFirst()
        while stamps.count < count {
            while waiting.count <= depth, let more = rest.popFirst() { waiting.append(more) }
            // Whatever is passed over now overtakes all that is chosen before it.
            let isForced = stamps.count { $0 > waiting[0] } >= depth
            let choice = isForced ? 0 : Int.random(in: 0..<waiting.count, using: &random)
            stamps.append(waiting.remove(at: choice))
        }
        return stamps
    }
}
