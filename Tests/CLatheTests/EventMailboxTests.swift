import Foundation
import Lathe
import Testing

@testable import CLathe

@Suite("A mailbox of events")
struct EventMailboxTests {
    @Test("is bounded: the oldest are left out and counted")
    func full() {
        let mailbox = EventMailbox()
        for number in 0..<(EventMailbox.limit + 3) { mailbox.happened(.userJoined(uid: "\(number)")) }
        #expect(mailbox.droppedCount == 3)
        let first = mailbox.next(until: .now, capacity: 1000)
        #expect(first?.event == #"{"event":"userJoined","uid":"3"}"#)
        #expect(mailbox.takeAll().count == EventMailbox.limit - 1)
        #expect(mailbox.next(until: .now, capacity: 1000) == nil)
    }

    @Test("wakes whoever waits")
    func waiting() async throws {
        let mailbox = EventMailbox()
        async let event = onThread { mailbox.next(until: .now + 30, capacity: 1000)?.event }
        mailbox.happened(.warning("slow"))
        #expect(try await event == #"{"event":"warning","message":"slow"}"#)
    }
}
