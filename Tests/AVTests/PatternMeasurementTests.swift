import Codecs
import Foundation
import Pattern
import TestSupport
import Testing

@testable import AV

@Suite("Measuring recordings of the pattern")
struct PatternMeasurementTests {
    static let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-b:v", "300k"]
    static let vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"]
    static let containers: [(name: String, options: [String])] = [
        ("a.mp4", h264 + ["-c:a", "aac"]),
        ("reordered.mp4", ["-c:v", "libx264", "-bf", "3", "-b:v", "300k", "-c:a", "aac"]),
        ("fragmented.mp4", h264 + ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-g", "15"]),
        ("opus.mp4", h264 + ["-c:a", "libopus"]),
        ("vp8.mkv", vp8 + ["-c:a", "pcm_s16le"]),
        ("resampled.mkv", h264 + ["-c:a", "pcm_s16le", "-ar", "44100"]),
    ]

    @Test("sound shifted by a known time is measured to 3 ms", arguments: containers, [-0.15, 0, 0.1])
    func offsets(_ container: (name: String, options: [String]), _ shift: Double) throws {
        var file = MeasuredFile(outputOptions: container.options)
        file.soundOptions = ["-itsoffset", "\(shift)"]
        let measured = try file.measured(container.name)
        let expected = Duration.milliseconds(Int(shift * 1_000))
        #expect(measured.offsets.count >= 3)
        for offset in measured.offsets {
            #expect(abs((offset.offset - expected).components.attoseconds) <= 3_000_000_000_000_000)
        }
        #expect(measured.undecodableCount == 0)
        let video = try #require(measured.video)
        #expect(video.seen.count == 120)
        #expect(video.missingCount == 0)
        #expect(video.repeatedCount == 0)
        #expect(video.unreadableCount == 0)
        #expect(video.tags == [77])
        #expect((video.width, video.height) == (320, 240))
        #expect(video.flashOnsets.count == 4)
        // FFmpeg's fragmented files stretch the first picture of a track that starts late back to zero.
        guard shift >= 0 else { return }
        #expect(video.duration > .milliseconds(3_960) && video.duration < .milliseconds(4_040))
    }

    @Test("Opus in WebM is heard when its codec delay says", arguments: [true, false], [0, 250])
    func webM(_ saysDelay: Bool, _ shift: Int) throws {
        let lookahead = try OpusEncoder(.init(channelCount: 1)).lookahead
        let file = try HandmadeWebM(seconds: 3, soundShift: shift, codecDelay: saysDelay ? lookahead : 0)
        let path = try file.write()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let measured = try PatternMeasurement(of: path)
        // A player that was not told of the encoder's lookahead plays everything that much later.
        let expected = Duration.milliseconds(shift) + .microseconds(saysDelay ? 0 : lookahead * 125 / 6)
        #expect(measured.video?.codecName == "vp8")
        #expect(measured.audio?.codecName == "opus")
        #expect(measured.offsets.count >= 2)
        for offset in measured.offsets {
            #expect(abs((offset.offset - expected).components.attoseconds) <= 1_500_000_000_000_000)
        }
    }

    @Test("lost, repeated and disordered pictures are counted")
    func damage() throws {
        // 30, the first of a flash, and 40...44 lost; 50 twice; 61 before 60; then all from the start again.
        let lost: Set<UInt32> = [30, 40, 41, 42, 43, 44]
        var numbers = Array(0...50).filter { !lost.contains($0) } + Array(50..<60) + [61, 60, 62] as [UInt32]
        numbers += Array(63..<90) + Array(0..<45)
        var file = MeasuredFile(outputOptions: Self.h264 + ["-c:a", "aac"])
        file.numbers = numbers
        let video = try #require(try file.measured("damage.mp4").video)
        #expect(video.seen.compactMap(\.mark?.number) == numbers)
        #expect(video.missingCount == 6 + 1 + 1)
        #expect(video.repeatedCount == 1)
        #expect(video.disorderedCount == 1)
        #expect(video.restartCount == 1)
        #expect(video.flashOnsets.count == 5)
        // 31 stands at place 30 here, and tells that its flash ought to have begun a picture earlier.
        #expect(video.flashOnsets[1] > .milliseconds(960) && video.flashOnsets[1] < .milliseconds(970))
    }

    @Test("a fragmented file that was cut off gives what is in it")
    func cutOff() throws {
        let options = Self.h264 + ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-g", "15"]
        let path = try MeasuredFile(outputOptions: options).make("whole.mp4")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try Data(contentsOf: URL(filePath: path))
        let cut = path + ".cut.mp4"
        try whole.prefix(whole.count * 6 / 10).write(to: URL(filePath: cut))
        defer { try? FileManager.default.removeItem(atPath: cut) }
        let measured = try PatternMeasurement(of: cut)
        let count = try #require(measured.video?.seen.count)
        #expect(count >= 45 && count < 110)
        #expect(measured.video?.missingCount == 0)
        #expect(measured.offsets.count >= 1)
        #expect(measured.offsetSpread.map { $0.largest < .milliseconds(3) } == true)
    }

    @Test(
        "every codec of pictures is read, whatever holds it",
        arguments: [
            ("a.mp4", "libx265", "hevc"), ("a.mp4", "libvpx-vp9", "vp9"), ("a.mp4", "libaom-av1", "av1"),
            ("a.webm", "libvpx-vp9", "vp9"), ("a.mkv", "libx265", "hevc"),
        ])
    func codecs(_ name: String, _ encoder: String, _ codec: String) throws {
        let fast: [String: [String]] = [
            "libx265": ["-preset", "ultrafast", "-x265-params", "log-level=none"],
            "libvpx-vp9": ["-deadline", "realtime", "-cpu-used", "8"],
            "libaom-av1": ["-usage", "realtime", "-cpu-used", "6"],
        ]
        let options = ["-c:v", encoder, "-b:v", "300k"] + (fast[encoder] ?? []) + ["-c:a", "libopus"]
        let video = try #require(try MeasuredFile(outputOptions: options).measured(name).video)
        #expect(video.codecName == codec)
        #expect(video.seen.count == 120)
        #expect(video.unreadableCount + video.missingCount + video.disorderedCount == 0)
        #expect(video.seen.allSatisfy { $0.size == PictureSize(width: 320, height: 240) && $0.rotation == .none })
        #expect(video.uprightCount == 120)
    }

    @Test("what a file asks players to turn is told, and what its pictures need, each on its own")
    func turned() throws {
        // FFmpeg's `transpose` by a quarter counter-clockwise is what a camera held so does.
        let path = try MeasuredFile(outputOptions: Self.h264 + ["-an", "-vf", "transpose=cclock"]).make("flat.mp4")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let flat = try #require(try PatternMeasurement(of: path).video)
        #expect(flat.unreadableCount == 0)
        #expect(flat.rotation == .none)
        #expect(flat.seen.allSatisfy { $0.rotation == .quarter && $0.size == PictureSize(width: 240, height: 320) })
        #expect(flat.uprightCount == 0)
        #expect(flat.turnCount == 0)
        let marked = path + ".turned.mp4"
        defer { try? FileManager.default.removeItem(atPath: marked) }
        // FFmpeg 5.1 counts this tag counter-clockwise, as its display matrix does: 270 that way is 90 clockwise.
        let copy = ["-nostdin", "-v", "error", "-i", path, "-c", "copy", "-metadata:s:v:0", "rotate=270", marked]
        try #require(try ChildProgram.run("ffmpeg", copy).status == 0)
        let video = try #require(try PatternMeasurement(of: marked).video)
        #expect(video.rotation == .quarter)
        #expect(video.uprightCount == 120)
    }

    @Test("pictures that change size and turn in the middle of a file are all read")
    func changing() throws {
        var stream: [UInt8] = []
        for (index, rotation) in [Rotation.none, .threeQuarters, .half].enumerated() {
            let size = index == 0 ? PictureSize(width: 320, height: 240) : PictureSize(width: 160, height: 120)
            for frame in try VideoEncoderTests.encode(
                .h264, count: 15, from: UInt32(index * 15), size: size, rotation: rotation)
            {
                stream += H264.byteStream(of: frame.bytes)
            }
        }
        let path = MeasuredFile.folder.appending(path: "lathe-\(UUID().uuidString).h264")
        try Data(stream).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let video = try #require(try PatternMeasurement(of: path.path()).video)
        #expect(video.seen.compactMap(\.mark?.number) == Array(0..<45))
        #expect(video.missingCount + video.unreadableCount == 0)
        #expect(video.resizeCount == 1)
        #expect(video.turnCount == 2)
        #expect(video.seen.last?.rotation == .half)
    }

    @Test("files of sound only, pictures only, or neither")
    func partial() throws {
        let sound = try MeasuredFile(outputOptions: ["-vn", "-c:a", "aac"]).measured("a.m4a")
        #expect(sound.video == nil)
        #expect(sound.audio?.beepOnsets.count == 3 || sound.audio?.beepOnsets.count == 4)
        #expect(sound.offsetSpread == nil)
        let silent = try MeasuredFile(outputOptions: Self.h264 + ["-an"]).measured("v.mp4")
        #expect(silent.audio == nil)
        #expect(silent.video?.flashOnsets.count == 4)
        let text = MeasuredFile.folder.appending(path: "lathe-\(UUID().uuidString).mp4")
        defer { try? FileManager.default.removeItem(at: text) }
        try Data("not a film".utf8).write(to: text)
        #expect { _ = try PatternMeasurement(of: text.path()) } throws: { "\($0)".hasPrefix("Could not open ") }
    }

    @Test("the spread of deviations")
    func spread() throws {
        #expect(Spread(of: []) == nil)
        let spread = try #require(Spread(of: (1...100).map { .milliseconds($0 % 2 == 0 ? $0 : -$0) }))
        #expect(spread.p50 == .milliseconds(50))
        #expect(spread.p99 == .milliseconds(99))
        #expect(spread.largest == .milliseconds(100))
    }
}
