import AV
import Codecs
import Foundation
import TestSupport
import Pattern
import Testing

@testable import Publish

@Suite("Publishing files")
struct FileSourceTests {
    /// Two seconds of the pattern, 160 by 120 at 25 pictures a second, made by the `ffmpeg` program.
    static func withFile<Result>(_ name: String, _ options: [String], _ body: (String) throws -> Result) throws
        -> Result
    {
        let base = URL.temporaryDirectory.appending(path: "lathe-publish-\(UUID().uuidString)").path()
        let (video, sound, output) = (base + ".yuv", base + ".pcm", "\(base)-\(name)")
        defer { for path in [video, sound, output] { try? FileManager.default.removeItem(atPath: path) } }
        let painter = PatternPainter(width: 160, height: 120, framesPerSecond: 25, tag: 4)
        var picture = Picture(width: 160, height: 120)
        var raw = Data()
        for number in 0..<50 {
            painter.draw(UInt32(number), into: &picture)
            raw += picture.luma + picture.blue + picture.red
        }
        try raw.write(to: URL(filePath: video))
        var pcm: [Int16] = []
        Beep(channelCount: 2).append(96_000, from: 0, to: &pcm)
        let bytes = pcm.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        try Data(bytes).write(to: URL(filePath: sound))
        let arguments =
            "-nostdin -y -v error -f rawvideo -s 160x120 -r 25 -i \(video) -f s16le -ar 48000 -ac 2 -i \(sound)"
            .components(separatedBy: " ") + options + [output]
        try #require(try ChildProgram.run("ffmpeg", arguments).status == 0)
        return try body(output)
    }

    static let passed = ["-c:v", "libx264", "-bf", "0", "-g", "10"]
    static let reordered = ["-c:v", "libx264", "-bf", "2", "-g", "10"]
    static let vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-g", "10"]
    static let cases: [(name: String, options: [String], codec: Codec, isPassed: Bool)] = [
        ("passed.mp4", passed + ["-c:a", "aac"], .h264, true),
        ("passed.webm", vp8 + ["-c:a", "libopus"], .vp8, true),
        ("passed.ts", passed + ["-c:a", "aac"], .h264, true),
        ("reordered.mp4", reordered + ["-c:a", "libopus"], .h264, false),
        ("other.mp4", passed + ["-c:a", "aac"], .vp8, false),
        ("other.mkv", vp8 + ["-c:a", "pcm_s16le", "-ar", "44100"], .h264, false),
    ]

    static func frames(of producer: FileProducer, atMost limit: Int = 1_000) throws -> [SourceFrame] {
        var frames: [SourceFrame] = []
        while frames.count < limit, let frame = try producer.next(forcingKeyframe: false) { frames.append(frame) }
        return frames
    }

    @Test("gives every picture at its time, as a peer can decode it", arguments: cases)
    func pictures(_ example: (name: String, options: [String], codec: Codec, isPassed: Bool)) throws {
        try Self.withFile(example.name, example.options) { path in
            let frames = try Self.frames(of: FileProducer(FileSettings(path: path, videoCodec: example.codec)))
            let pictures = frames.filter { $0.frame.codec == example.codec }
            #expect(pictures.count == 50)
            var decoder = try VideoDecoder(example.codec)
            let reader = PatternReader(width: 160, height: 120)
            let first = pictures.first?.frame.ticks ?? 0
            for (number, frame) in pictures.enumerated() {
                let reading = reader.read(try #require(try decoder.decode(frame.frame)))
                #expect(reading.mark?.number == UInt32(number))
                // Matroska counts milliseconds.
                #expect(abs(frame.frame.ticks - first - Int64(number) * 3_600) <= 90)
            }
            let keys = pictures.indices.filter { pictures[$0].frame.isKeyframe }
            #expect(keys == (example.isPassed ? [0, 10, 20, 30, 40] : [0]))
        }
    }

    @Test("gives the sound with its pictures, a lookahead apart as live senders do", arguments: cases)
    func sound(_ example: (name: String, options: [String], codec: Codec, isPassed: Bool)) throws {
        try Self.withFile(example.name, example.options) { path in
            let frames = try Self.frames(of: FileProducer(FileSettings(path: path, videoCodec: example.codec)))
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
            let sound = frames.filter { $0.frame.codec == .opus }
            let pictures = frames.filter { $0.frame.codec == example.codec }
            #expect(sound.count >= 98 && sound.count <= 102)
            var decoder = try OpusDecoder(channelCount: 1)
            var pcm: [Int16] = []
            for packet in sound { try decoder.decode(packet.frame.bytes, into: &pcm) }
            var detector = BeepDetector()
            var onsets: [Int64] = []
            detector.listen(to: pcm.map { Float($0) / 32_768 }, onsets: &onsets)
            let beep = try #require(onsets.last) + (sound.first?.frame.ticks ?? 0) - Int64(Opus.usualPreSkip)
            let flash = pictures[25].frame.ticks * 48_000 / 90_000
            // 10 ms: FFmpeg's own Matroska writer misplaces Opus beside pictures by its lookahead, 7 ms.
            #expect(abs(beep - flash) <= 480)
        }
    }

    @Test("starts over at the end, times going on")
    func loops() throws {
        try Self.withFile("loop.mp4", Self.passed + ["-c:a", "aac"]) { path in
            var settings = FileSettings(path: path)
            settings.isLooped = true
            let frames = try Self.frames(of: FileProducer(settings), atMost: 600)
            #expect(frames.count == 600)
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
            let pictures = frames.filter { $0.frame.codec == .h264 }
            #expect(pictures.count > 150)
            #expect(pictures[50].frame.bytes == pictures[0].frame.bytes)
            for (before, after) in zip(pictures, pictures.dropFirst()) {
                let step = after.frame.ticks - before.frame.ticks
                // A round ends with its sound, which outlasts the pictures by what AAC pads.
                #expect(step >= 3_590 && step <= 3_600 + 20 * 900)
            }
            let sound = frames.filter { $0.frame.codec == .opus }
            for (before, after) in zip(sound, sound.dropFirst()) {
                #expect(after.frame.ticks - before.frame.ticks >= 960)
            }
        }
    }

    @Test("runs on a thread of its own to the file's end")
    func threaded() throws {
        try Self.withFile("thread.webm", Self.vp8 + ["-c:a", "libopus"]) { path in
            let source = try ThreadedSource(file: FileSettings(path: path, videoCodec: .vp8))
            #expect(source.tracks.map(\.codec) == [.vp8, .opus])
            var count = 0
            while !source.isEnded { count += source.take(dueBy: .seconds(60)) == nil ? 0 : 1 }
            #expect(count >= 148 && count <= 152)
            #expect(source.failure == nil)
        }
    }

    @Test("refuses what is no media file, by name")
    func refuses() {
        #expect {
            _ = try ThreadedSource(file: FileSettings(path: "/nowhere/a.mp4"))
        } throws: {
            "\($0)" == "Could not open /nowhere/a.mp4: No such file or directory."
        }
    }
}
