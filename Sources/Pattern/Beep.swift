/// The pattern's sound: 1 kHz for the first tenth of each second, silence for the rest.
///
/// A pure function of the place, so that any stretch can be made at any time. At 48 kHz one period is
/// exactly 48 samples and the tone a whole number of them.
public struct Beep: Sendable {
    /// Samples a second.
    public static let sampleRate = 48_000
    /// How many samples of each second sound: as long as the flash.
    public static let toneLength = 4_800
    /// The tone's peak, half of full scale.
    public static let amplitude: Int16 = 16_384

    /// One or two; both sound the same.
    public let channelCount: Int

    /// A beep on one channel or two.
    public init(channelCount: Int) { self.channelCount = channelCount }

    /// Appends interleaved samples, `count` of each channel, starting at the given place.
    public func append(_ count: Int, from place: Int64, to pcm: inout [Int16]) {
        for step in 0..<Int64(count) {
            let inSecond = Self.wrapped(place + step, Int64(Self.sampleRate))
            let value = inSecond < Self.toneLength ? Self.period[inSecond % 48] : 0
            for _ in 0..<channelCount { pcm.append(value) }
        }
    }

    private static func wrapped(_ place: Int64, _ length: Int64) -> Int {
        let rest = place % length
        return Int(rest < 0 ? rest + length : rest)
    }

    /// One period, each sample rounded to the nearest.
    private static let period = Oscillator.period.map { step in
        let value = step.sine * Double(amplitude)
        return Int16(value < 0 ? value - 0.5 : value + 0.5)
    }
}

/// One turn of a circle in 48 steps, without a mathematics library: each step turns the last by 7.5 degrees.
enum Oscillator {
    static let period: [(sine: Double, cosine: Double)] = {
        let (stepSine, stepCosine) = (0.130526192220051591548, 0.991444861373810411145)
        var turn: [(sine: Double, cosine: Double)] = [(0, 1)]
        for _ in 1..<48 {
            let (sine, cosine) = turn[turn.count - 1]
            turn.append((sine * stepCosine + cosine * stepSine, cosine * stepCosine - sine * stepSine))
        }
        return turn
    }()
}
