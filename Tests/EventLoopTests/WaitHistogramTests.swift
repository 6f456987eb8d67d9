import Testing
import Units

@testable import EventLoop

@Suite("A histogram of waits")
struct WaitHistogramTests {
    @Test("counts each wait in the first class that holds it, and those that are longer than all")
    func classes() {
        var histogram = WaitHistogram()
        for milliseconds in [0, 5, 6, 20, 21, 320, 321, 9_000] as [Int64] {
            histogram.note(.milliseconds(milliseconds))
        }
        #expect(histogram.counts == [2, 1, 1, 1, 0, 0, 1, 2])
        #expect(histogram.total == .milliseconds(9_693))
        var other = WaitHistogram()
        other.note(.milliseconds(7))
        other.add(histogram)
        #expect(other.counts == [2, 2, 1, 1, 0, 0, 1, 2])
    }
}
