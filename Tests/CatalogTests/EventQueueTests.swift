import Testing

@testable import Catalog

@Suite("The queue of events")
struct EventQueueTests {
    @Test("leaves out what finds no room, counted, and never the end of a recording")
    func limit() {
        let queue = EventQueue()
        for number in 1...EventQueue.waitingLimit { #expect(queue.put(event(number))) }
        #expect(!queue.put(event(1)))
        #expect(!queue.put(event(2)))
        #expect(queue.put(event(3, isFinal: true)))
        #expect(queue.droppedCount == 2)
        #expect(queue.waitingCount == EventQueue.waitingLimit + 1)
    }

    @Test("gives the oldest first, and keeps them until they are written")
    func order() {
        let queue = EventQueue()
        let receipt = DeliveryReceipt(webhook: "w", recording: "a", event: 9)
        for number in 1...3 { queue.put(event(number)) }
        queue.put(receipt)
        for _ in 0..<2 {
            #expect(queue.next().events.map(\.sequence) == [1, 2, 3])
            #expect(queue.next().receipts == [receipt])
        }
        queue.removeFirst(events: 2, receipts: 1)
        #expect(queue.next().events.map(\.sequence) == [3])
        #expect(queue.next().receipts == [])
        queue.removeFirst(events: 1, receipts: 0)
        #expect(queue.isEmpty)
    }
}
