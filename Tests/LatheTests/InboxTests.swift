import Synchronization
import Testing

@testable import Lathe

@Suite("An inbox")
struct InboxTests {
    /// Holds a thread until it is let go.
    private final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)
        func open() { isOpen.store(true, ordering: .releasing) }
        func pass() { while !isOpen.load(ordering: .acquiring) {} }
    }

    @Test("gives everything in order")
    func order() async throws {
        let got = Mutex<[Int]>([])
        let inbox = try Inbox<Int>("test", limit: 10_000) { number in got.withLock { $0.append(number) } }
        for number in 0..<5_000 { inbox.put(number) }
        await inbox.settle()
        #expect(got.withLock { $0 } == Array(0..<5_000))
        #expect(inbox.droppedCount == 0)
    }

    @Test("keeps nobody waiting: when it is full the oldest are left out, and counted")
    func full() async throws {
        let gate = Gate()
        let got = Mutex<[Int]>([])
        let inbox = try Inbox<Int>("test", limit: 3) { number in
            gate.pass()
            got.withLock { $0.append(number) }
        }
        for number in 0..<100 { inbox.put(number) }
        gate.open()
        await inbox.settle()
        let kept = got.withLock { $0 }
        #expect(kept.suffix(3) == [97, 98, 99])
        // One may have been taken before the others came.
        #expect(kept.count <= 4)
        #expect(inbox.droppedCount == 100 - kept.count)
    }

    @Test("takes nothing more once it is closed, and still gives what waits")
    func closed() async throws {
        let got = Mutex<[Int]>([])
        let inbox = try Inbox<Int>("test", limit: 3) { number in got.withLock { $0.append(number) } }
        inbox.put(1)
        inbox.close()
        inbox.put(2)
        await inbox.settle()
        #expect(got.withLock { $0 } == [1])
    }
}
