import Testing
import Units

@testable import Channel

@Suite("The measured drift of a track")
struct DriftMeterTests {
    @Test(
        "is right to 30 ppm after two minutes, and to one after two hours", arguments: [-200e-6, -100e-6, 0, 100e-6],
        [(2, 30e-6), (120, 1e-6)])
    func drift(drift: Double, span: (minutes: Int, tolerance: Double)) throws {
        var random = SeededGenerator(seed: 7)
        var meter = DriftMeter()
        for step in 0..<span.minutes * 60 {
            let delay = Double(step) * 1e9 * drift + random.fraction() * 3e6
            meter.note(delay: Int64(delay), at: Int64(step) * 1_000_000_000)
        }
        #expect(abs(try #require(meter.drift) - drift) <= span.tolerance)
    }

    @Test("is not known at once, and stays known when the ticks begin anew")
    func patience() {
        var meter = DriftMeter()
        for step in 0..<60 as Range<Int64> { meter.note(delay: step, at: step * 1_000_000_000) }
        #expect(meter.drift == nil)
        for step in 60..<70 as Range<Int64> { meter.note(delay: step, at: step * 1_000_000_000) }
        #expect(meter.drift != nil)
        meter.restart()
        #expect(meter.drift != nil)
    }
}
