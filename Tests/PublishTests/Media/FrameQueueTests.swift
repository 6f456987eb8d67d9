import Codecs
import Foundation
import Testing
import Units

@testable import Publish

@Suite("Frames between two threads")
struct FrameQueueTests {
    static func frame(_ milliseconds: Int) -> SourceFrame {
        let frame = Frame(
            codec: .opus, ticks: Int64(milliseconds) * 48, isKeyframe: true, bytes: [1], arrival: .ms(0))
        return SourceFrame(frame: frame, due: .milliseconds(milliseconds))
    }

    @Test("are given in order, each when it is due")
    func order() {
        let queue = FrameQueue()
        #expect(queue.nextDue == nil)
        for place in 0..<3 { #expect(queue.put(Self.frame(place * 20))) }
        #expect(queue.take(dueBy: .milliseconds(20)) == Self.frame(0))
        #expect(queue.take(dueBy: .milliseconds(20)) == Self.frame(20))
        #expect(queue.take(dueBy: .milliseconds(39)) == nil)
        #expect(queue.nextDue == .milliseconds(40))
        queue.close()
        #expect(!queue.isEnded)
        #expect(queue.take(dueBy: .milliseconds(40)) != nil)
        #expect(queue.isEnded)
    }

    @Test("stop a producer that waits for room, once nobody wants them")
    func stop() {
        let queue = FrameQueue()
        let taken = DispatchSemaphore(value: 0)
        let thread = Thread {
            var place = 0
            while queue.put(Self.frame(place)) { place += 1 }
            taken.signal()
        }
        thread.start()
        while queue.take(dueBy: .milliseconds(FrameQueue.capacity * 2)) == nil {}
        queue.stop()
        taken.wait()
        #expect(queue.isEnded)
        #expect(queue.take(dueBy: .seconds(1)) == nil)
        #expect(!queue.put(Self.frame(0)))
    }

    @Test("carry a request for a keyframe back, once")
    func keyframe() {
        let queue = FrameQueue()
        #expect(!queue.takeKeyframeRequest())
        queue.requestKeyframe()
        #expect(queue.takeKeyframeRequest())
        #expect(!queue.takeKeyframeRequest())
    }

    @Test("carry the end that is wished for back, once")
    func end() {
        let queue = FrameQueue()
        #expect(queue.takeEnd() == nil)
        queue.end(at: .seconds(2))
        #expect(queue.takeEnd() == .seconds(2))
        #expect(queue.takeEnd() == nil)
        #expect(!queue.isEnded)
    }

    @Test("say why they ended")
    func failure() {
        let queue = FrameQueue()
        queue.close(failure: "the file broke off")
        #expect(queue.isEnded)
        #expect(queue.failure == "the file broke off")
    }
}
