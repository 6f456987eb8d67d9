import Foundation
import Synchronization
import Testing

@testable import CLathe
@testable import Lathe

/// What callbacks were called with, in words.
private final class Seen: Sendable {
    let lines = Mutex<[String]>([])

    static func add(_ line: String, to context: UnsafeMutableRawPointer?) {
        guard let context = unsafe context else { return }
        unsafe Unmanaged<Seen>.fromOpaque(context).takeUnretainedValue().lines.withLock { $0.append(line) }
    }
}

@Suite("A program's callbacks of media")
struct CallbackObserverTests {
    private static let time = Duration.microseconds(1_500)

    /// What an observer's callback is called with when it gets everything there is; once more, after its end, nothing.
    private static func lines(_ function: CallbackObserver.Function) -> [String] {
        let seen = Seen()
        withExtendedLifetime(seen) {
            let observer = unsafe CallbackObserver(function, Unmanaged.passUnretained(seen).toOpaque())
            for _ in 0..<2 {
                observer.received(
                    EncodedFrame(uid: "a", time: time, codec: "vp8", isKeyframe: true, rotation: nil, bytes: [1, 2, 3]))
                observer.captured(
                    YUVPicture(
                        uid: "b", time: time, width: 2, height: 2, rotation: 90, y: [1, 2, 3, 4], u: [5], v: [6]))
                observer.captured(
                    JPEGPicture(uid: "c", time: time, width: 4, height: 3, bytes: [7], file: "/tmp/c.jpg"))
                observer.captured(JPEGPicture(uid: "c", time: time, width: 4, height: 3, bytes: [], file: nil))
                observer.captured(PCMSound(uid: "d", time: time, sampleRate: 8_000, samples: [-1, 1]))
                observer.end()
            }
        }
        return seen.lines.withLock { $0 }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        guard let pointer = unsafe pointer else { return "NULL" }
        return unsafe String(cString: pointer)
    }

    @Test("get frames, pictures, JPEGs and sound, each its own, and nothing after the end")
    func values() {
        let frames: EncodedFrameFunction = { uid, time, codec, isKeyframe, rotation, bytes, count, context in
            let (uid, codec) = unsafe (CallbackObserverTests.text(uid), CallbackObserverTests.text(codec))
            let all = unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
            unsafe Seen.add("\(uid) \(time) \(codec) \(isKeyframe) \(rotation) \(all)", to: context)
        }
        #expect(unsafe Self.lines(.encodedFrames(frames)) == ["a 1500 vp8 1 -1 [1, 2, 3]"])
        let pictures: PictureFunction = { uid, time, width, height, rotation, y, u, v, context in
            let uid = unsafe CallbackObserverTests.text(uid)
            let all = unsafe [y?[3], u?[0], v?[0]]
            unsafe Seen.add("\(uid) \(time) \(width) \(height) \(rotation) \(all.compactMap(\.self))", to: context)
        }
        #expect(unsafe Self.lines(.pictures(pictures)) == ["b 1500 2 2 90 [4, 5, 6]"])
        let jpegs: JPEGFunction = { uid, time, width, height, bytes, count, file, context in
            let (uid, file) = unsafe (CallbackObserverTests.text(uid), CallbackObserverTests.text(file))
            unsafe Seen.add("\(uid) \(time) \(width) \(height) \(count) \(file)", to: context)
        }
        #expect(unsafe Self.lines(.jpegs(jpegs)) == ["c 1500 4 3 1 /tmp/c.jpg", "c 1500 4 3 0 NULL"])
        let sound: SoundFunction = { uid, time, rate, samples, count, context in
            let uid = unsafe CallbackObserverTests.text(uid)
            let all = unsafe Array(UnsafeBufferPointer(start: samples, count: Int(count)))
            unsafe Seen.add("\(uid) \(time) \(rate) \(all)", to: context)
        }
        #expect(unsafe Self.lines(.sound(sound)) == ["d 1500 8000 [-1, 1]"])
    }
}
