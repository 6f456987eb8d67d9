import Testing

@testable import Service

@Suite("The bell of events")
struct EventBellTests {
    @Test("wakes whoever waits for a newer event, and does not let those wait who have missed one")
    func rings() async {
        let bell = EventBell()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await bell.wait(past: 5, atMost: .seconds(600)) } }
            group.addTask { bell.ring(6) }
        }
        await bell.wait(past: 5, atMost: .seconds(600))
    }

    @Test("lets go of those who wait too long, or are called off")
    func ends() async {
        let bell = EventBell()
        await bell.wait(past: 0, atMost: .milliseconds(1))
        let waiting = Task { await bell.wait(past: 0, atMost: .seconds(600)) }
        waiting.cancel()
        await waiting.value
    }
}
