import Testing
import Units

@testable import EventLoop

@Suite("A histogram of latencies")
struct LatencyHistogramTests {
    @Test("counts each time in the class that ends at it or behind it")
    func classes() {
        var histogram = LatencyHistogram()
        for time: Duration in [.zero, .milliseconds(1), .nanoseconds(1_000_001), .milliseconds(10_000), .seconds(60)] {
            histogram.note(time)
        }
        var expected = [Int](repeating: 0, count: LatencyHistogram.bounds.count + 1)
        (expected[0], expected[1], expected[12], expected[13]) = (2, 1, 1, 1)
        #expect(histogram.counts == expected)
        #expect(histogram.total == .nanoseconds(70_002_000_001))
    }

    @Test("counts what is less than nothing as nothing, and adds others")
    func sum() {
        var histogram = LatencyHistogram()
        histogram.note(.seconds(-5))
        var other = LatencyHistogram()
        other.note(.milliseconds(3))
        histogram.add(other)
        #expect(histogram.counts[0] == 1)
        #expect(histogram.counts[2] == 1)
        #expect(histogram.total == .milliseconds(3))
    }
}
