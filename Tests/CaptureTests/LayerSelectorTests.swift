import Capture
import Codecs
import Testing
import Units

@Suite("The choice among a camera's encodings")
struct LayerSelectorTests {
    static let sizes = [
        PictureSize(width: 320, height: 180), PictureSize(width: 640, height: 360),
        PictureSize(width: 1_280, height: 720),
    ]

    @Test("takes the only encoding there is, from its first keyframe on")
    func single() {
        let bench = Bench(.high)
        #expect(!bench.take(0, at: 0))
        #expect(bench.requests() == [0])
        #expect(bench.take(0, key: true, at: 30))
        for time: Int64 in [60, 90, 9_000, 9_030] { #expect(bench.take(0, at: time)) }
        #expect(bench.requests() == [])
    }

    @Test(
        "goes from the first that comes to the best, on a keyframe of it and not before",
        arguments: [(LayerChoice.high, 0, 2), (.low, 2, 0)])
    func best(choice: LayerChoice, first: Int, best: Int) {
        let bench = Bench(choice)
        #expect(bench.take(first, key: true, at: 0))
        #expect(!bench.take(best, at: 10))
        #expect(bench.requests() == [best])
        #expect(bench.take(first, at: 33))
        #expect(!bench.take(best, at: 40))
        #expect(bench.take(best, key: true, at: 70))
        #expect(!bench.take(first, key: true, at: 71))
        #expect(bench.selector.current == best)
        #expect(bench.requests() == [])
    }

    @Test("goes over to the other end when that is chosen, on a keyframe")
    func otherChoice() {
        let bench = Bench(.high)
        for encoding in [0, 1, 2] { _ = bench.take(encoding, key: true, at: 0) }
        #expect(bench.selector.current == 2)
        bench.choose(.low)
        #expect(bench.take(2, at: 33))
        #expect(bench.requests() == [0])
        #expect(!bench.take(1, key: true, at: 40))
        #expect(bench.take(0, key: true, at: 50))
        #expect(!bench.take(2, at: 66))
    }

    @Test("gives a silent encoding up for the best that still comes, and returns when it is back")
    func pause() {
        let bench = Bench(.high)
        for encoding in [0, 1, 2] { _ = bench.take(encoding, key: true, at: 0) }
        #expect(bench.selector.current == 2)
        for time: Int64 in stride(from: 33, to: 990, by: 33) {
            #expect(!bench.take(0, key: true, at: time))
            #expect(!bench.take(1, at: time))
        }
        #expect(bench.requests() == [])
        #expect(!bench.take(1, at: 1_020))
        #expect(bench.requests() == [1])
        // Whatever comes is better than nothing, until the best does.
        #expect(bench.take(0, key: true, at: 1_030))
        #expect(bench.take(1, key: true, at: 1_060))
        #expect(bench.take(1, at: 1_090))
        #expect(!bench.take(2, at: 1_100))
        #expect(bench.requests() == [2])
        #expect(bench.take(2, key: true, at: 1_140))
        #expect(!bench.take(1, at: 1_150))
    }

    @Test("stays with an encoding that all fall silent beside, however long")
    func mute() {
        let bench = Bench(.high)
        for encoding in [0, 1] { _ = bench.take(encoding, key: true, at: 0) }
        #expect(bench.take(1, at: 60_000))
        #expect(!bench.take(0, key: true, at: 60_001))
    }

    @Test("stays where it is between encodings of the same size")
    func tie() {
        let bench = Bench(.high)
        let size = PictureSize(width: 640, height: 360)
        #expect(bench.take(1, key: true, size: size, at: 0))
        #expect(!bench.take(0, key: true, size: size, at: 10))
        #expect(bench.take(1, at: 33))
    }

    @Test("follows encodings whose sizes change places")
    func resize() {
        let bench = Bench(.high)
        _ = bench.take(1, key: true, at: 0)
        #expect(bench.take(0, key: true, size: Self.sizes[2], at: 10))
        #expect(bench.selector.current == 0)
    }

    @Test("leaves out encodings whose number no browser has", arguments: [-1, 8, 1_000])
    func foreign(encoding: Int) {
        let bench = Bench(.high)
        #expect(!bench.take(encoding, key: true, size: Self.sizes[0], at: 0))
        #expect(bench.selector.current == nil)
    }

    @Test("never breaks a file, and always comes to the best that there is", arguments: 1...150 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var call = LayeredCall(seed: seed)
        for moment in Int64(0)..<10_000 { call.play(at: moment) }
        call.settle()
        #expect(call.brokenCount == 0)
        // Its patience twice, when the one that is to stand in pauses too, and the time that a keyframe takes.
        #expect(call.longestWait <= 2_600)
        let isAtBest = call.isAtBest
        #expect(isAtBest)
    }
}

/// A selector, and pictures to give it.
private final class Bench {
    private(set) var selector: LayerSelector

    init(_ choice: LayerChoice) { selector = LayerSelector(choice) }

    func take(_ encoding: Int, key isKeyframe: Bool = false, size: PictureSize? = nil, at milliseconds: Int64) -> Bool {
        selector.takes(
            encoding: encoding, isKeyframe: isKeyframe,
            size: isKeyframe ? size ?? LayerSelectorTests.sizes[encoding] : nil, at: .ms(milliseconds))
    }

    func choose(_ choice: LayerChoice) { selector.choice = choice }

    func requests() -> [Int] {
        var requests: [Int] = []
        while let next = selector.nextRequest() { requests.append(next) }
        return requests
    }
}

/// A sender of up to four encodings that come and go, and answer requests for keyframes.
private struct LayeredCall {
    private struct Encoder {
        var size: PictureSize
        var period: Int64
        var isOn: Bool
        /// Pictures since its last keyframe; the sender numbers them, and a file may leave none out.
        var number = 0
        var keyframeDue: Int64?
    }

    private(set) var brokenCount = 0
    /// The longest time in milliseconds that nothing was taken although something came.
    private(set) var longestWait: Int64 = 0

    private var random: SeededGenerator
    private let choice: LayerChoice
    private var selector: LayerSelector
    private var encoders: [Encoder] = []
    private var last: (encoding: Int, number: Int)?
    private var lastTaken: Int64 = 0
    private var now: Int64 = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        choice = seed % 2 == 0 ? .high : .low
        selector = LayerSelector(choice)
        let order = [180, 360, 540, 720].shuffled(using: &random)
        for height in order.prefix(Int.random(in: 1...4, using: &random)) {
            encoders.append(
                Encoder(
                    size: PictureSize(width: height * 16 / 9, height: height),
                    period: Int64.random(in: 16...200, using: &random), isOn: random.fraction() < 0.7, keyframeDue: 0))
        }
    }

    mutating func play(at moment: Int64) {
        now = moment
        for index in encoders.indices {
            if random.fraction() < 0.000_6 { flip(index) }
            if encoders[index].isOn, moment % encoders[index].period == 0 { send(index) }
        }
        guard encoders.contains(where: \.isOn) else { return lastTaken = moment }
        longestWait = max(longestWait, moment - lastTaken)
    }

    /// Lets it come to rest: three seconds in which nothing is switched.
    mutating func settle() {
        for moment in now + 1...now + 3_000 {
            now = moment
            for index in encoders.indices where encoders[index].isOn && moment % encoders[index].period == 0 {
                send(index)
            }
        }
    }

    var isAtBest: Bool {
        let on = encoders.indices.filter { encoders[$0].isOn }
        let heights = on.map { encoders[$0].size.height }
        guard let best = choice == .high ? heights.max() : heights.min() else { return true }
        return selector.current.map { encoders[$0].size.height } == best
    }

    private mutating func flip(_ index: Int) {
        encoders[index].isOn.toggle()
        // Encoders begin with a keyframe, but not all that pause do.
        if encoders[index].isOn, random.fraction() < 0.5 { encoders[index].keyframeDue = now }
    }

    private mutating func send(_ index: Int) {
        let isKeyframe = encoders[index].keyframeDue.map { $0 <= now } ?? (random.fraction() < 0.002)
        if isKeyframe { encoders[index].keyframeDue = nil }
        encoders[index].number = isKeyframe ? 0 : encoders[index].number + 1
        let number = encoders[index].number
        let isTaken = selector.takes(
            encoding: index, isKeyframe: isKeyframe, size: isKeyframe ? encoders[index].size : nil, at: .ms(now))
        while let asked = selector.nextRequest() { encoders[asked].keyframeDue = now + 150 }
        guard isTaken else { return }
        let follows = last.map { $0.encoding == index && $0.number + 1 == number } ?? false
        if !isKeyframe, !follows { brokenCount += 1 }
        last = (index, number)
        lastTaken = now
    }
}
