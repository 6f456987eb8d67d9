import Codecs
import TestSupport
import Units

/// Makes frames that look like a codec's, at its pace, and remembers them.
struct FrameSource {
    let codec: Codec
    let interval: Duration
    var nextFrame: Instant
    var wantsKeyframe = true
    /// What was sent, of a simulcast its first encoding.
    private(set) var sent: [Frame] = []
    private(set) var keyframes: [Instant] = []
    /// How the camera is held from now on.
    var rotation: Rotation?
    private let encodingCount: Int
    private var generator: SeededGenerator
    private let origin: Instant
    private let firstTicks: Int64
    /// Real media, for codecs whose frames are read more closely than random bytes allow.
    private let fixture: Fixture?
    private var sampleIndex = 0

    init(_ codec: Codec, encodings: Int = 1, seed: UInt64, at now: Instant) {
        self.codec = codec
        encodingCount = encodings
        interval = codec.kind == .video ? .nanoseconds(33_333_333) : .milliseconds(20)
        nextFrame = now
        origin = now
        generator = SeededGenerator(seed: seed)
        firstTicks = Int64.random(in: 0...1_000_000, using: &generator)
        fixture = Fixture.Name(rawValue: codec.rawValue).flatMap { name in
            [.h265, .vp9, .av1].contains(name) ? try? Fixture(name) : nil
        }
    }

    /// The next picture, or piece of sound, in each encoding.
    mutating func makeFrames(at now: Instant) -> [Frame] {
        if let fixture {
            sampleIndex = wantsKeyframe || sampleIndex + 1 >= fixture.samples.count ? 0 : sampleIndex + 1
            wantsKeyframe = fixture.samples[sampleIndex].isKeyframe
        }
        let isKeyframe = codec.kind == .audio || wantsKeyframe
        if codec.kind == .video, isKeyframe { keyframes.append(now) }
        wantsKeyframe = false
        let elapsed = origin.duration(to: nextFrame).wholeNanoseconds
        let ticks = firstTicks + elapsed * Int64(codec.clockRate.ticksPerSecond) / 1_000_000_000
        let frames = (0..<encodingCount).map { _ in
            var frame = Frame(
                codec: codec, ticks: ticks, isKeyframe: isKeyframe, bytes: bytes(isKeyframe), arrival: nextFrame)
            frame.rotation = rotation
            return frame
        }
        sent.append(frames[0])
        nextFrame = nextFrame + interval
        return frames
    }

    private mutating func bytes(_ isKeyframe: Bool) -> [UInt8] {
        if let fixture { return fixture.samples[sampleIndex].bytes }
        switch codec {
        case .vp8:
            let head: [UInt8] = isKeyframe ? [0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1] : [0x11, 0, 0]
            return head + junk(isKeyframe ? 20_000 : 3_000)
        case .h264:
            guard isKeyframe else { return unit([0x41], 3_000) }
            return unit([0x67, 0x42, 0xE0, 0x1F], 8) + unit([0x68], 4) + unit([0x65], 20_000)
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac, .mp3: return [0x78] + junk(100)
        }
    }

    private mutating func unit(_ head: [UInt8], _ byteCount: Int) -> [UInt8] {
        let body = head + junk(byteCount)
        return [0, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    private mutating func junk(_ mean: Int) -> [UInt8] {
        let count = Int.random(in: mean / 2...mean * 3 / 2, using: &generator)
        // Few random numbers for many bytes: what matters is that frames differ.
        let word: UInt64 = generator.next()
        return (0..<count).map { UInt8(truncatingIfNeeded: word >> ($0 % 8 * 8)) ^ UInt8($0 & 0xFF) }
    }
}
