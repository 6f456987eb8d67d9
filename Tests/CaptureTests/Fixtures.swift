import Bytes
import Capture
import Codecs
import Units

/// Frames and formats that takes accept, as small as they can be.
enum Fixtures {
    /// Baseline parameter sets of two sizes, as x264 writes them.
    static let small = (sps: "6742c00dd901419f9f0110000003001000000303c0f142a480", pps: "68cb83cb20")
    static let large = (sps: "6742c01ed900a02ff970110000030001000003003c0f162e48", pps: "68cb83cb20")

    static let aac = TrackFormat.aac(sampleRate: 48_000, channelCount: 1, configuration: [0x11, 0x88])
    static let opus = TrackFormat.opus(channelCount: 2, preSkip: 312)

    static func h264Key(_ sets: (sps: String, pps: String) = small, number: UInt8 = 0) -> Frame {
        var bytes: [UInt8] = []
        for unit in [[UInt8](hex: sets.sps), [UInt8](hex: sets.pps), [0x65, 0x88, number]] {
            bytes.append(bigEndian: UInt32(unit?.count ?? 0))
            bytes += unit ?? []
        }
        return Frame(codec: .h264, ticks: 0, isKeyframe: true, bytes: bytes, arrival: .ms(0))
    }

    static func h264(number: UInt8 = 0, isBroken: Bool = false) -> Frame {
        Frame(
            codec: .h264, ticks: 0, isKeyframe: false, isBroken: isBroken,
            bytes: [0, 0, 0, 3, 0x41, 0x9A, number], arrival: .ms(0))
    }

    static func vp8(isKeyframe: Bool, width: UInt8 = 64) -> Frame {
        let head: [UInt8] = isKeyframe ? [0x10, 2, 0, 0x9D, 1, 0x2A, width, 0, 48, 0] : [0x31, 2, 0]
        return Frame(
            codec: .vp8, ticks: 0, isKeyframe: isKeyframe, bytes: head + [1, 2, 3], arrival: .ms(0))
    }

    static func take(video: Codec?, audio: TrackFormat?, onLoss: OnLoss = .hold) -> Take? {
        TakeSettings(video: video, audio: audio, onLoss: onLoss, createdAtUnixMilliseconds: 1_700_000_000_000)
            .map(Take.init)
    }
}

/// What a take asked to be written, performed in memory.
struct MemoryFile {
    var bytes: [UInt8] = []
    var writeCount = 0

    mutating func perform(_ take: inout Take) {
        while let write = take.nextWrite() {
            writeCount += 1
            switch write {
            case .append(let more): bytes += more
            case .overwrite(let offset, let some): bytes.replaceSubrange(offset..<offset + some.count, with: some)
            case .sync, .reserve: continue
            }
        }
    }
}
