/// Makes up what a codec without concealment of its own has lost, from the sound before.
///
/// It repeats the last period of the voice, by the ideas of ITU-T G.711 appendix I: at full loudness for 10 ms, then
/// fading to nothing until 60 ms. What comes next is blended in over 5 ms. Mono, 16-bit, at one rate.
struct WaveformRepetition {
    private let rate: Int
    /// The longest and the shortest period looked for: voices from 66 Hz to 400 Hz.
    private let periods: ClosedRange<Int>
    private let fullCount: Int
    private let fadeCount: Int
    private let blendCount: Int
    private var history: [Int16] = []
    /// The period that is being repeated, and how much of it was; nothing while sound comes.
    private var repeated: (period: Int, count: Int)?

    init(rate: Int) {
        self.rate = rate
        periods = rate / 400...rate * 3 / 200
        fullCount = rate / 100
        fadeCount = rate * 6 / 100
        blendCount = rate / 200
    }

    /// Takes sound that came, and blends its beginning with what was made up before it.
    mutating func blend(_ samples: inout [Int16]) {
        if let repeated, repeated.count < fadeCount {
            for index in 0..<min(blendCount, samples.count) {
                let made = made(at: repeated.count + index, period: repeated.period)
                let part = Float(index + 1) / Float(blendCount + 1)
                samples[index] = Int16(clamping: Int((made + (Float(samples[index]) - made) * part).rounded()))
            }
        }
        repeated = nil
        history.append(contentsOf: samples)
        let excess = history.count - 3 * periods.upperBound
        if excess > 0 { history.removeFirst(excess) }
    }

    /// Appends `count` samples for sound that never came.
    mutating func conceal(_ count: Int, into samples: inout [Int16]) {
        let start = repeated ?? (period(), 0)
        for index in 0..<count {
            let made = made(at: start.count + index, period: start.period)
            samples.append(Int16(clamping: Int(made.rounded())))
        }
        repeated = (start.period, start.count + count)
    }

    /// Forgets the sound so far.
    mutating func reset() {
        history.removeAll(keepingCapacity: true)
        repeated = nil
    }

    /// A sample of the made-up sound, counted from where it begins.
    private func made(at place: Int, period: Int) -> Float {
        guard place < fadeCount, history.count >= period else { return 0 }
        let sample = Float(history[history.count - period + place % period])
        return place < fullCount ? sample : sample * Float(fadeCount - place) / Float(fadeCount - fullCount)
    }

    /// The distance at which the last of the sound is most like what came before it.
    private func period() -> Int {
        let window = periods.upperBound
        guard history.count >= window + periods.upperBound else { return periods.upperBound }
        let start = history.count - window
        var (best, period) = (-Float.infinity, periods.upperBound)
        for lag in periods {
            var (product, energy): (Float, Float) = (0, 1)
            for index in start..<history.count {
                let (now, before) = (Float(history[index]), Float(history[index - lag]))
                product += now * before
                energy += before * before
            }
            let likeness = product > 0 ? product * product / energy : 0
            if likeness > best { (best, period) = (likeness, lag) }
        }
        return period
    }
}
