import Codecs
import EventLoop
import Testing
import Units

@testable import Service

@Suite("The pace of capture")
struct CapturePaceTests {
    private static func frame(_ codec: Codec, arrival: Instant) -> Frame {
        Frame(codec: codec, ticks: 0, isKeyframe: true, bytes: [], arrival: arrival)
    }

    @Test("counts what sound takes apart from the rest, and how long frames were under way")
    func work() {
        var pace = CapturePace()
        pace.note(Self.frame(.opus, arrival: .ms(0)), begun: .ms(40), at: .ms(43))
        pace.note(Self.frame(.vp8, arrival: .ms(30)), begun: .ms(43), at: .ms(44))
        pace.noteWork(since: .ms(50), until: .ms(52))
        var other = CapturePace()
        other.noteWork(since: .ms(0), until: .ms(10))
        pace.add(other)
        #expect(pace.soundWork == .milliseconds(3))
        #expect(pace.otherWork == .milliseconds(13))
        #expect(pace.placed.total == .milliseconds(57))
        #expect(pace.placed.counts.reduce(0, +) == 2)
    }
}
