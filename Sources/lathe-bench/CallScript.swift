import Capture
import Channel
import Codecs
import Units

/// An hour of call without a network: what a take is given, in order, at 30 pictures a second.
struct CallScript: Sequence, IteratorProtocol {
    enum Element {
        case picture(Frame, at: ChannelTime)
        case sound(AudioPacket)
    }

    /// 1 Mbit/s at 30 pictures a second.
    private static let pictureByteCount = 4166
    /// 96 kbit/s, as `lathe serve` encodes stereo.
    private static let soundByteCount = 256
    private static let keyframeInterval = 60
    private static let soundSampleCount: Int64 = 1024

    static let sound = TrackFormat.aac(
        sampleRate: 48_000, channelCount: 2,
        configuration: AAC.Configuration(sampleRate: 48_000, channelCount: 2).bytes)

    private let end: Int64
    private let keyframe: [UInt8]
    private let picture: [UInt8]
    private let packet = [UInt8](repeating: 0x21, count: soundByteCount)
    private var pictures: Int64 = 0
    private var position: Int64 = 0

    init(length: Duration) {
        end = length.wholeNanoseconds
        // Baseline, 640×480, as x264 writes them.
        let sequence: [UInt8] = [
            0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
            0x00, 0x03, 0x00, 0x3C, 0x0F, 0x16, 0x2E, 0x48,
        ]
        let sets = Self.unit(sequence) + Self.unit([0x68, 0xCB, 0x83, 0xCB, 0x20])
        keyframe = sets + Self.unit([0x65] + [UInt8](repeating: 0x88, count: Self.pictureByteCount))
        picture = Self.unit([0x41] + [UInt8](repeating: 0x9A, count: Self.pictureByteCount))
    }

    private static func unit(_ bytes: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }

    mutating func next() -> Element? {
        let pictureTime = ChannelTime(nanoseconds: pictures * 1_000_000_000 / 30)
        let soundTime = ChannelTime(audioPosition: position)
        guard Swift.min(pictureTime, soundTime).nanoseconds < end else { return nil }
        if soundTime < pictureTime {
            defer { position += Self.soundSampleCount }
            return .sound(AudioPacket(position: position, sampleCount: Int(Self.soundSampleCount), bytes: packet))
        }
        defer { pictures += 1 }
        let isKeyframe = pictures % Int64(Self.keyframeInterval) == 0
        let frame = Frame(
            codec: .h264, ticks: pictures * 3000, isKeyframe: isKeyframe, bytes: isKeyframe ? keyframe : picture,
            arrival: Instant(nanoseconds: pictureTime.nanoseconds))
        return .picture(frame, at: pictureTime)
    }
}
