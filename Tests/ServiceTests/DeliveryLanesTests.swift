import Testing
import Units

@testable import Service

@Suite("Which event a webhook gets next")
struct DeliveryLanesTests {
    private static func order(_ recording: String, _ cursor: Int64 = 0, failures: Int = 0) -> DeliveryLanes.Order {
        DeliveryLanes.Order(recording: recording, cursor: cursor, failures: failures)
    }

    @Test("is one of each recording at a time, several recordings beside each other")
    func order() {
        var lanes = DeliveryLanes()
        lanes.add("a")
        lanes.add("a")
        lanes.add("b")
        #expect(lanes.start(at: .ms(0)) == Self.order("a"))
        #expect(lanes.start(at: .ms(0)) == Self.order("b"))
        #expect(lanes.start(at: .ms(0)) == nil)
        #expect(!lanes.isIdle)
        lanes.finish("a", .delivered(3), at: .ms(1), chance: 0)
        #expect(lanes.start(at: .ms(1)) == Self.order("a", 3))
        lanes.finish("a", .nothing, at: .ms(2), chance: 0)
        lanes.finish("b", .nothing, at: .ms(2), chance: 0)
        #expect(lanes.start(at: .ms(3)) == nil)
        #expect(lanes.isIdle)
    }

    @Test("is looked for again if something was added meanwhile")
    func renewed() {
        var lanes = DeliveryLanes()
        lanes.add("a")
        _ = lanes.start(at: .ms(0))
        lanes.finish("a", .delivered(1), at: .ms(0), chance: 0)
        _ = lanes.start(at: .ms(0))
        lanes.add("a")
        lanes.finish("a", .nothing, at: .ms(0), chance: 0)
        #expect(lanes.start(at: .ms(0)) == Self.order("a", 1))
    }

    @Test("comes again after a pause that grows, while other recordings go on")
    func failures() {
        var lanes = DeliveryLanes()
        lanes.add("a")
        lanes.add("b")
        _ = lanes.start(at: .ms(0))
        lanes.finish("a", .failed, at: .ms(0), chance: 0)
        #expect(lanes.nextDue == .ms(1_000))
        #expect(lanes.pausingCount == 1)
        #expect(lanes.start(at: .ms(999)) == Self.order("b"))
        #expect(lanes.start(at: .ms(999)) == nil)
        #expect(lanes.start(at: .ms(1_000)) == Self.order("a", failures: 1))
        lanes.finish("a", .failed, at: .ms(1_000), chance: 0)
        #expect(lanes.nextDue == .ms(3_000))
        #expect(lanes.start(at: .ms(3_000)) == Self.order("a", failures: 2))
        lanes.finish("a", .delivered(7), at: .ms(3_000), chance: 0)
        #expect(lanes.start(at: .ms(3_000)) == Self.order("a", 7))
        #expect(lanes.nextDue == nil)
    }

    @Test("is the one behind what was given up, of which the failures go on being counted")
    func givenUp() {
        var lanes = DeliveryLanes()
        lanes.add("a")
        _ = lanes.start(at: .ms(0))
        lanes.finish("a", .failed, at: .ms(0), chance: 0)
        _ = lanes.start(at: .ms(1_000))
        lanes.finish("a", .givenUp(4), at: .ms(1_000), chance: 0)
        #expect(lanes.start(at: .ms(1_000)) == Self.order("a", 4, failures: 1))
    }

    @Test("waits while eight deliveries are under way")
    func limit() {
        var lanes = DeliveryLanes()
        for number in 0..<10 { lanes.add("\(number)") }
        for number in 0..<8 { #expect(lanes.start(at: .ms(0)) == Self.order("\(number)")) }
        #expect(lanes.start(at: .ms(0)) == nil)
        lanes.finish("5", .failed, at: .ms(0), chance: 0)
        #expect(lanes.start(at: .ms(0)) == Self.order("8"))
        #expect(lanes.inFlightCount == 8)
    }

    @Test("is the oldest once more when everything begins anew, even of a recording under way")
    func rewind() {
        var lanes = DeliveryLanes()
        lanes.add("a")
        _ = lanes.start(at: .ms(0))
        lanes.finish("a", .delivered(9), at: .ms(0), chance: 0)
        _ = lanes.start(at: .ms(0))
        lanes.rewind()
        lanes.finish("a", .delivered(10), at: .ms(0), chance: 0)
        #expect(lanes.start(at: .ms(0)) == Self.order("a"))
        lanes.finish("a", .failed, at: .ms(0), chance: 0)
        lanes.hurry()
        #expect(lanes.start(at: .ms(1)) == Self.order("a", failures: 1))
    }
}
