import Codecs
import Foundation
import Pattern

@testable import AV

/// A WebM file of the pattern written element by element, its times beyond doubt (RFC 9559).
struct HandmadeWebM {
    private var blocks: [(milliseconds: Int, track: UInt8, bytes: [UInt8])] = []
    private let codecDelay: Int

    /// The sound's blocks are written `soundShift` milliseconds late; `codecDelay` is in samples at 48 kHz.
    init(seconds: Int, soundShift: Int, codecDelay: Int) throws {
        self.codecDelay = codecDelay
        var video = try VideoEncoder(.init(codec: .vp8, width: 320, height: 240, bitsPerSecond: 300_000))
        let painter = PatternPainter(width: 320, height: 240, framesPerSecond: 30, tag: 1)
        var picture = Picture(width: 320, height: 240)
        for number in 0..<seconds * 30 {
            painter.draw(UInt32(number), into: &picture)
            guard let frame = try video.encode(picture, ticks: 0) else { continue }
            blocks.append((number * 1_000 / 30, frame.isKeyframe ? 0x81 : 1, frame.bytes))
        }
        var sound = try OpusEncoder(.init(channelCount: 1))
        for index in 0..<seconds * 50 {
            var pcm: [Int16] = []
            Beep(channelCount: 1).append(960, from: Int64(index * 960), to: &pcm)
            blocks.append((index * 20 + soundShift, 0x82, try sound.encode(pcm)))
        }
        blocks.sort { $0.milliseconds < $1.milliseconds }
    }

    func write() throws -> String {
        let header = Self.element([0x1A, 0x45, 0xDF, 0xA3], Self.element([0x42, 0x82], Array("webm".utf8)))
        let tracks = Self.element([0x16, 0x54, 0xAE, 0x6B], videoTrack + soundTrack)
        var clusters: [UInt8] = []
        for second in 0...(blocks.last?.milliseconds ?? 0) / 1_000 {
            var body = Self.element([0xE7], Self.number(second * 1_000))
            for block in blocks where block.milliseconds / 1_000 == second {
                let place = Self.number(block.milliseconds % 1_000, byteCount: 2)
                let simple = [0x80 | block.track & 0x7F] + place + [block.track & 0x80] + block.bytes
                body += Self.element([0xA3], simple)
            }
            clusters += Self.element([0x1F, 0x43, 0xB6, 0x75], body)
        }
        let information = Self.element(
            [0x15, 0x49, 0xA9, 0x66], Self.element([0x2A, 0xD7, 0xB1], Self.number(1_000_000)))
        let file = header + Self.element([0x18, 0x53, 0x80, 0x67], information + tracks + clusters)
        let url = MeasuredFile.folder.appending(path: "lathe-\(UUID().uuidString).webm")
        try Data(file).write(to: url)
        return url.path()
    }

    private var videoTrack: [UInt8] {
        let size = Self.element([0xB0], Self.number(320)) + Self.element([0xBA], Self.number(240))
        return Self.element(
            [0xAE],
            Self.element([0xD7], [1]) + Self.element([0x73, 0xC5], [1]) + Self.element([0x83], [1])
                + Self.element([0x86], Array("V_VP8".utf8)) + Self.element([0xE0], size))
    }

    private var soundTrack: [UInt8] {
        // OpusHead: version 1, one channel, pre-skip and input rate little-endian (RFC 7845 §5.1).
        let skip = [UInt8(codecDelay & 0xFF), UInt8(codecDelay >> 8)]
        let head = Array("OpusHead".utf8) + [1, 1] + skip + [0x80, 0xBB, 0, 0, 0, 0, 0]
        let rate = sampleRate()
        let audio = Self.element([0xB5], rate) + Self.element([0x9F], [1])
        return Self.element(
            [0xAE],
            Self.element([0xD7], [2]) + Self.element([0x73, 0xC5], [2]) + Self.element([0x83], [2])
                + Self.element([0x86], Array("A_OPUS".utf8)) + Self.element([0x63, 0xA2], head)
                + Self.element([0x56, 0xAA], Self.number(codecDelay * 62_500 / 3))
                + Self.element([0x56, 0xBB], Self.number(80_000_000)) + Self.element([0xE1], audio))
    }

    /// 48000 as a double.
    private func sampleRate() -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: 48_000.0.bitPattern >> UInt64(56 - 8 * $0)) }
    }

    private static func element(_ identifier: [UInt8], _ body: [UInt8]) -> [UInt8] {
        identifier + [0x08] + number(body.count, byteCount: 4) + body
    }

    private static func number(_ value: Int, byteCount: Int = 4) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * (byteCount - 1 - $0))) }
    }
}
