import Testing

@testable import AV

@Suite("Waveform repetition")
struct WaveformRepetitionTests {
    /// A voice of 100 Hz at 8 kHz: pulses that ring, eighty samples apart.
    static func voice(from start: Int, count: Int) -> [Int16] {
        (start..<start + count).map { place in
            let step = place % 80
            return Int16((step % 8 < 4 ? 1 : -1) * 10_000 * (80 - step) / 80)
        }
    }

    @Test("goes on with the voice for 10 ms, and is gone after 60")
    func conceals() {
        var repetition = WaveformRepetition(rate: 8_000)
        var heard = Self.voice(from: 0, count: 800)
        repetition.blend(&heard)
        var made: [Int16] = []
        for _ in 0..<5 { repetition.conceal(160, into: &made) }
        #expect(made.count == 800)
        #expect(Array(made[..<80]) == Self.voice(from: 800, count: 80))
        let loudness = (0..<10).map { part in made[part * 80..<part * 80 + 80].map { abs(Int($0)) }.max() ?? 0 }
        #expect(zip(loudness, loudness.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(made[480...].allSatisfy { $0 == 0 })
    }

    @Test("is blended into what comes next")
    func blends() {
        var repetition = WaveformRepetition(rate: 16_000)
        // A slow wave, of which a jump would stand out.
        func wave(from start: Int, count: Int) -> [Int16] {
            (start..<start + count).map { Int16(abs($0 % 160 - 80) * 100 - 4_000) }
        }
        var before = wave(from: 0, count: 1_600)
        repetition.blend(&before)
        var made: [Int16] = []
        repetition.conceal(100, into: &made)
        // What comes is half a period off.
        var after = wave(from: 1_780, count: 320)
        repetition.blend(&after)
        let all: [Int16] = Array(before[1_590...]) + made + after
        #expect(zip(all, all.dropFirst()).allSatisfy { abs(Int($1) - Int($0)) <= 220 })
        #expect(Array(after[80...]) == wave(from: 1_860, count: 240))
    }

    @Test("makes silence of nothing")
    func empty() {
        var repetition = WaveformRepetition(rate: 8_000)
        var made: [Int16] = []
        repetition.conceal(160, into: &made)
        #expect(made == [Int16](repeating: 0, count: 160))
        var next: [Int16] = [5, 6, 7]
        repetition.reset()
        repetition.blend(&next)
        #expect(next == [5, 6, 7])
    }
}
