import Synchronization
import Testing

@testable import Lathe

/// Keeps the names of those who joined, as it was told them.
private final class Joined: RecorderDelegate {
    let users = Mutex<[String]>([])
    func userJoined(uid: String) { users.withLock { $0.append(uid) } }
}

/// Keeps everything.
private final class Everything: RecorderDelegate {
    let events = Mutex<[RecorderEvent]>([])
    func happened(_ event: RecorderEvent) { events.withLock { $0.append(event) } }
}

@Suite("Events for everybody who listens")
struct EventFanOutTests {
    private static let events: [RecorderEvent] = [
        .userJoined(uid: "1"), .warning("slow"), .userJoined(uid: "2"), .userLeft(uid: "1", reason: .quit),
    ]

    @Test("reach each stream and each delegate, in order")
    func everybody() async throws {
        let fanOut = EventFanOut()
        let (joined, everything) = (Joined(), Everything())
        try fanOut.add(joined)
        try fanOut.add(everything)
        // Twice is once.
        try fanOut.add(everything)
        let streams = [RecorderEvents(fanOut.stream()), RecorderEvents(fanOut.stream())]
        fanOut.send(Self.events)
        for stream in streams {
            var got: [RecorderEvent] = []
            for await event in stream {
                got.append(event)
                if got.count == Self.events.count { break }
            }
            #expect(got == Self.events)
        }
        try await eventually("the delegates heard all") {
            everything.events.withLock { $0.count } >= Self.events.count && joined.users.withLock { $0.count } >= 2
                ? true : nil
        }
        #expect(everything.events.withLock { $0 } == Self.events)
        #expect(joined.users.withLock { $0 } == ["1", "2"])
    }

    @Test("are counted where a stream is not read")
    func unread() async {
        let fanOut = EventFanOut()
        let stream = RecorderEvents(fanOut.stream())
        let count = EventInbox.limit + 5
        for number in 0..<count { fanOut.send([.userJoined(uid: "\(number)")]) }
        #expect(fanOut.droppedCount == 5)
        for await event in stream {
            #expect(event == .userJoined(uid: "5"))
            break
        }
    }

    @Test("reach nobody who was taken off the list")
    func removed() async throws {
        let fanOut = EventFanOut()
        let (gone, stays) = (Everything(), Everything())
        try fanOut.add(gone)
        try fanOut.add(stays)
        fanOut.remove(gone)
        fanOut.send(Self.events)
        try await eventually("the other one heard all") {
            stays.events.withLock { $0.count } == Self.events.count ? true : nil
        }
        #expect(gone.events.withLock { $0 } == [])
    }
}
