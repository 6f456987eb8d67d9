import Capture
import Codecs
import Synchronization
import Testing
import Units

@testable import Service

@Suite("A tap of frames")
struct FrameTapTests {
    private static func frame(_ uid: String) -> TappedFrame {
        let frame = Frame(codec: .opus, ticks: 0, isKeyframe: true, bytes: [1], arrival: .ms(0))
        return TappedFrame(uid: uid, role: MediaRole(.audio), time: .ms(5), frame: frame)
    }

    @Test("gives each frame to whoever watches, from when they do until they do not")
    func watchers() {
        let tap = FrameTap()
        let seen = Mutex<[String]>([])
        func watch(_ name: String) -> Int { tap.watch { frame in seen.withLock { $0.append(name + frame.uid) } } }
        tap.pass(Self.frame("1"))
        let first = watch("a")
        tap.pass(Self.frame("2"))
        let second = watch("b")
        tap.pass(Self.frame("3"))
        tap.ignore(first)
        tap.pass(Self.frame("4"))
        tap.ignore(second)
        tap.pass(Self.frame("5"))
        #expect(seen.withLock { $0.sorted() } == ["a2", "a3", "b3", "b4"])
    }

    @Test("makes nothing while nobody watches")
    func unwatched() {
        var made = 0
        func make() -> TappedFrame {
            made += 1
            return Self.frame("1")
        }
        let tap = FrameTap()
        tap.pass(make())
        #expect(made == 0)
        let watcher = tap.watch { _ in }
        tap.pass(make())
        #expect(made == 1)
        tap.ignore(watcher)
    }

    @Test("has the frames of a user, where they lie in the recording, paused or not")
    func capture() async throws {
        let seen = Mutex<[ChannelTime]>([])
        let tap = FrameTap()
        let watcher = tap.watch { frame in
            #expect(frame.uid == "7")
            if frame.role == MediaRole(.video) { seen.withLock { $0.append(frame.time) } }
        }
        let bench = try CaptureBench(order: {
            $0.tap = tap
            $0.selection.isPaused = true
        })
        bench.connect(at: 0)
        bench.send(from: 1_000, to: 2_000)
        await bench.finish(at: 2_000)
        tap.ignore(watcher)
        let times = seen.withLock { $0 }
        #expect(times.count == 25)
        #expect(times == times.sorted())
        #expect(times.first == .ms(1_000))
        #expect(bench.closed.isEmpty)
    }
}
