import Codecs
import Foundation
import Pattern
import Testing

@testable import AV

@Suite("Video encoder")
struct VideoEncoderTests {
    static let codecs = Codec.allCases.filter { $0.kind == .video }

    /// The frames of a pattern, with a keyframe forced at one picture.
    static func encode(
        _ codec: Codec, count: UInt32, forcedAt: UInt32? = nil, interval: Int = 1_000, from start: UInt32 = 0,
        size: PictureSize = PictureSize(width: 320, height: 240), rotation: Rotation = .none, reordered: Int = 0,
        bitsPerSecond: Int = 300_000
    ) throws -> [Frame] {
        var settings = VideoEncoder.Settings(
            codec: codec, width: size.width, height: size.height, bitsPerSecond: bitsPerSecond)
        settings.keyframeInterval = interval
        settings.reorderedPictureCount = reordered
        var encoder = try VideoEncoder(settings)
        let isSideways = rotation == .quarter || rotation == .threeQuarters
        let (width, height) = isSideways ? (size.height, size.width) : (size.width, size.height)
        let painter = PatternPainter(width: width, height: height, framesPerSecond: 30, tag: 9)
        var upright = Picture(width: width, height: height)
        var picture = Picture(width: size.width, height: size.height)
        var frames: [Frame] = []
        for number in start..<start + count {
            painter.draw(number, into: &upright)
            upright.copy(heldBy: rotation, into: &picture)
            let frame = try encoder.encode(picture, ticks: Int64(number) * 3_000, forcingKeyframe: number == forcedAt)
            if let frame { frames.append(frame) }
        }
        while let frame = try encoder.drain() { frames.append(frame) }
        return frames
    }

    /// The types of the NAL units behind four-byte lengths, or nothing if the lengths do not add up.
    static func types(_ bytes: [UInt8]) -> [UInt8]? {
        var types: [UInt8] = []
        var index = 0
        while index + 4 < bytes.count {
            types.append(bytes[index + 4] & 0x1F)
            index += 4 + bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return index == bytes.count ? types : nil
    }

    @Test("gives one frame for each picture, in order", arguments: Self.codecs)
    func oneForOne(_ codec: Codec) throws {
        let frames = try Self.encode(codec, count: 40)
        #expect(frames.map(\.ticks) == (0..<40).map { $0 * 3_000 })
        #expect(frames.map(\.isKeyframe) == (0..<40).map { $0 == 0 })
        #expect(frames.allSatisfy { $0.codec == codec && !$0.bytes.isEmpty })
    }

    @Test("is readable at 300 kbit/s, and at the size of a stamp", arguments: Self.codecs)
    func readable(_ codec: Codec) throws {
        var decoder = try VideoDecoder(codec)
        let reader = PatternReader(width: 320, height: 240)
        for (number, frame) in try Self.encode(codec, count: 60).enumerated() {
            let picture = try #require(try decoder.decode(frame))
            let reading = reader.read(picture)
            #expect(reading.mark == PatternMark(number: UInt32(number), framesPerSecond: 30, tag: 9))
            #expect(reading.isFlashing == (number % 30 < 3))
        }
    }

    @Test("leaves no block as it was that has changed, at the usual size and rate", arguments: codecs)
    func changes(_ codec: Codec) throws {
        var decoder = try VideoDecoder(codec)
        let reader = PatternReader(width: 640, height: 480)
        let frames = try Self.encode(
            codec, count: 64, size: PictureSize(width: 640, height: 480), bitsPerSecond: 1_000_000)
        for (number, frame) in frames.enumerated() {
            let picture = try #require(try decoder.decode(frame))
            #expect(reader.read(picture).mark?.number == UInt32(number))
        }
    }

    @Test(
        "is readable at the smallest size, however it is turned", arguments: codecs, [Rotation.none, .quarter, .half])
    func smallest(_ codec: Codec, _ rotation: Rotation) throws {
        var decoder = try VideoDecoder(codec)
        let size = PatternPainter.smallestSize
        let reader = PatternReader(width: size.width, height: size.height, rotation: rotation)
        let frames = try Self.encode(codec, count: 60, forcedAt: 40, size: size, rotation: rotation)
        #expect(frames.count == 60)
        for (number, frame) in frames.enumerated() {
            let reading = reader.read(try #require(try decoder.decode(frame)))
            #expect(reading.mark?.number == UInt32(number))
        }
    }

    @Test(
        "puts B-pictures behind those they refer to, and every picture keeps its ticks", arguments: [Codec.h264, .h265])
    func reordered(_ codec: Codec) throws {
        let frames = try Self.encode(codec, count: 31, interval: 15, reordered: 2)
        #expect(frames.map(\.ticks).sorted() == (0..<31).map { $0 * 3_000 })
        let steps = zip(frames, frames.dropFirst()).map { ($1.ticks - $0.ticks) / 3_000 }
        #expect(steps.contains { $0 > 1 } && steps.contains { $0 < 0 })
        #expect(frames.filter(\.isKeyframe).map(\.ticks) == [0, 45_000, 90_000])
        let path = MeasuredFile.folder.appending(path: "lathe-\(UUID().uuidString).\(codec.rawValue)")
        try Data(frames.flatMap { H264.byteStream(of: $0.bytes) }).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let video = try #require(try PatternMeasurement(of: path.path()).video)
        #expect(video.seen.compactMap(\.mark?.number) == Array(0..<31))
    }

    @Test("what is no frame is refused or gives no picture, never more", arguments: Self.codecs)
    func damaged(_ codec: Codec) throws {
        let frames = try Self.encode(codec, count: 3)
        for cut in stride(from: 0, to: frames[0].bytes.count, by: 61) {
            var decoder = try VideoDecoder(codec)
            var frame = frames[0]
            frame.bytes[cut] ^= 0x55
            _ = try? decoder.decode(frame)
            frame.bytes.removeSubrange(cut...)
            _ = try? decoder.decode(frame)
            #expect((try? decoder.decode(frames[0])) != nil)
        }
    }

    @Test("makes a keyframe when asked, and at its interval", arguments: Self.codecs)
    func keyframes(_ codec: Codec) throws {
        let forced = try Self.encode(codec, count: 20, forcedAt: 7)
        #expect(forced.indices.filter { forced[$0].isKeyframe } == [0, 7])
        let regular = try Self.encode(codec, count: 25, interval: 10)
        #expect(regular.indices.filter { regular[$0].isKeyframe } == [0, 10, 20])
    }

    @Test("puts H.264 parameter sets in front of each keyframe and nothing but slices elsewhere")
    func parameterSets() throws {
        for frame in try Self.encode(.h264, count: 12, forcedAt: 5) {
            let types = try #require(Self.types(frame.bytes))
            #expect(frame.isKeyframe ? types == [7, 8, 5] : types == [1])
        }
    }

    @Test("H.264 is constrained baseline, which every peer decodes")
    func profile() throws {
        let first = try #require(try Self.encode(.h264, count: 1).first)
        #expect(first.bytes[5] == 66)
        #expect(first.bytes[6] & 0x40 == 0x40)
    }

    @Test("byte streams become length-prefixed units, without delimiters and information")
    func annexB() {
        let stream: [UInt8] = [
            0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 6, 1, 2, 0x80, 0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 0, 1, 0x65,
            0, 0, 3, 1, 0,
        ]
        let expected: [UInt8] = [0, 0, 0, 3, 0x67, 1, 2, 0, 0, 0, 2, 0x68, 3, 0, 0, 0, 5, 0x65, 0, 0, 3, 1]
        #expect(FrameLayout.frame(ofPacket: stream, .h264) == expected)
        for count in 0..<4 { #expect(FrameLayout.frame(ofPacket: Array(stream[..<count]), .h264).isEmpty) }
    }

    @Test("says what was wrong when FFmpeg refuses")
    func refuses() {
        let settings = VideoEncoder.Settings(codec: .vp8, width: 320, height: 20_000)
        #expect { _ = try VideoEncoder(settings) } throws: { "\($0)".hasPrefix("Could not open libvpx: ") }
    }
}
