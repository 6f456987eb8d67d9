import Testing

@testable import Pattern

@Suite("Beeps")
struct BeepDetectorTests {
    /// The pattern's sound from a place on, as the detector takes it.
    static func sound(from place: Int64, count: Int, gain: Float = 1) -> [Float] {
        var pcm: [Int16] = []
        Beep(channelCount: 1).append(count, from: place, to: &pcm)
        return pcm.map { Float($0) / 32_768 * gain }
    }

    static func onsets(in samples: [Float]) -> [Int64] {
        var detector = BeepDetector()
        var onsets: [Int64] = []
        detector.listen(to: samples, onsets: &onsets)
        return onsets
    }

    @Test(
        "are found to within 3 samples, however loud", arguments: [1, 0.1, 0.05] as [Float], [0, 1, 17, 4_321] as [Int])
    func finds(_ gain: Float, _ shift: Int) {
        let silence = [Float](repeating: 0, count: 9_600 + shift)
        let found = Self.onsets(in: silence + Self.sound(from: 0, count: 100_000, gain: gain))
        let expected = [0, 48_000, 96_000].map { Int64(silence.count + $0) }
        #expect(found.count == 3)
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) <= 3) }
    }

    @Test("that sound already have no onset")
    func alreadySounding() {
        let found = Self.onsets(in: Self.sound(from: 1_000, count: 60_000))
        #expect(found.count == 1)
        #expect(abs((found.first ?? 0) - 47_000) <= 3)
    }

    @Test("are not clicks, hum or noise")
    func others() {
        var click = [Float](repeating: 0, count: 20_000)
        click.replaceSubrange(9_000..<9_048, with: Self.sound(from: 0, count: 48))
        #expect(Self.onsets(in: click).isEmpty)
        let hum = (0..<48_000).map { ($0 / 480) % 2 == 0 ? Float(0.004) : -0.004 }
        #expect(Self.onsets(in: hum).isEmpty)
    }

    @Test("are the same however the sound is cut")
    func pieces() {
        let samples = [Float](repeating: 0, count: 1_000) + Self.sound(from: 0, count: 60_000)
        var detector = BeepDetector()
        var onsets: [Int64] = []
        for start in stride(from: 0, to: samples.count, by: 777) {
            let piece = Array(samples[start..<min(start + 777, samples.count)])
            detector.listen(to: piece, onsets: &onsets)
        }
        #expect(onsets == Self.onsets(in: samples))
        #expect(onsets.count == 2)
    }

    @Test("begin each second at a zero of the tone and end after a tenth")
    func generator() {
        var pcm: [Int16] = []
        Beep(channelCount: 2).append(48_000, from: -48_000, to: &pcm)
        #expect(pcm.count == 96_000)
        #expect(pcm[0] == 0)
        #expect(pcm[2 * 12] == Beep.amplitude)
        #expect(pcm[2 * 12 + 1] == Beep.amplitude)
        #expect(pcm[(2 * Beep.toneLength)...].allSatisfy { $0 == 0 })
    }
}
