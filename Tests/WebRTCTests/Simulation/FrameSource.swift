import Codecs
import TestSupport
import Units

/// Makes frames that look like a codec's, at its pace, and remembers them.
struct FrameSource {
    let codec: Codec
    let interval: Duration
    var nextFrame: Instant
    var wantsKeyframe = true
    private(set) var sent: [Frame] = []
    private(set) var keyframes: [Instant] = []
    private var generator: SeededGenerator
    private let origin: Instant
    private let firstTicks: Int64

    init(_ codec: Codec, seed: UInt64, at now: Instant) {
        self.codec = codec
        interval = codec.kind == .video ? .nanoseconds(33_333_333) : .milliseconds(20)
        nextFrame = now
        origin = now
        generator = SeededGenerator(seed: seed)
        firstTicks = Int64.random(in: 0...1_000_000, using: &generator)
    }

    mutating func makeFrame(at now: Instant) -> Frame {
        let isKeyframe = codec.kind == .audio || wantsKeyframe
        if codec.kind == .video, isKeyframe { keyframes.append(now) }
        wantsKeyframe = false
        let elapsed = origin.duration(to: nextFrame).wholeNanoseconds
        let ticks = firstTicks + elapsed * Int64(codec.clockRate.ticksPerSecond) / 1_000_000_000
        let frame = Frame(
            codec: codec, ticks: ticks, isKeyframe: isKeyframe, bytes: bytes(isKeyframe), arrival: nextFrame)
        sent.append(frame)
        nextFrame = nextFrame + interval
        return frame
    }

    private mutating func bytes(_ isKeyframe: Bool) -> [UInt8] {
        switch codec {
        case .vp8:
            let head: [UInt8] = isKeyframe ? [0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1] : [0x11, 0, 0]
            return head + junk(isKeyframe ? 20_000 : 3_000)
        case .h264:
            guard isKeyframe else { return unit([0x41], 3_000) }
            return unit([0x67, 0x42, 0xE0, 0x1F], 8) + unit([0x68], 4) + unit([0x65], 20_000)
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac: return [0x78] + junk(100)
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
