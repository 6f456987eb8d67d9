import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import Capture

@Suite("Recovery streams")
struct RecoveryStreamsTests {
    private static func settings(
        _ video: Codec?, _ audio: TrackFormat?, _ container: Container = .mp4
    ) -> TakeSettings {
        TakeSettings(
            video: video, audio: audio, container: container, hasRecoveryStreams: true, createdAtUnixMilliseconds: 0)
    }

    /// What each stream holds in the end.
    private static func drain(_ take: inout Take) -> [RecoveryStreams.Stream: [UInt8]] {
        var found: [RecoveryStreams.Stream: [UInt8]] = [:]
        while let (stream, write) = take.nextRecoveryWrite() {
            if case .append(let bytes) = write { found[stream, default: []] += bytes }
        }
        return found
    }

    @Test("say the same as the file, without a container")
    func both() throws {
        var take = Take(Self.settings(.h264, Fixtures.aac))
        take.audio(AudioPacket(position: 0, sampleCount: 1024, bytes: [1, 2, 3]))
        take.video(Fixtures.h264Key(), at: .ms(0))
        take.audio(AudioPacket(position: 1024, sampleCount: 1024, bytes: [4]))
        take.video(Fixtures.h264(number: 1), at: .ms(40))
        take.finish(at: .ms(80))
        let found = Self.drain(&take)
        let text = String(decoding: try #require(found[.times]), as: UTF8.self)
        let (key, other) = (Fixtures.h264Key().bytes, Fixtures.h264(number: 1).bytes)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.first == "Lathe times 1 video=90000 audio=48000")
        #expect(
            Set(lines.dropFirst()) == [
                "v 0 0 \(key.count) k", "v 3600 0 \(other.count) -", "a 0 1024 3", "a 1024 2816 1",
            ])
        #expect(found[.pictures(.h264)] == H264.byteStream(of: key) + H264.byteStream(of: other))
        let sound = try #require(found[.sound])
        #expect(sound.count == 2 * AAC.adtsHeaderByteCount + 4)
        #expect(try AAC.parseADTS(sound.span).packet == 7..<10)
    }

    @Test("are written piece by piece with the file's fragments")
    func pieces() {
        var take = Take(Self.settings(.h264, nil))
        for number in 0..<30 {
            let frame = number == 0 ? Fixtures.h264Key() : Fixtures.h264(number: UInt8(number))
            take.video(frame, at: .ms(Int64(number) * 40))
        }
        var count = 0
        while take.nextRecoveryWrite() != nil { count += 1 }
        // 1.2 s in fragments of 300 ms, two streams each.
        #expect((4...8).contains(count))
    }

    @Test(
        "are none where they could not be",
        arguments: [
            (Codec.vp8, nil, Container.webm), (.h264, Fixtures.opus, .mp4),
            (.av1, Fixtures.aac, .mp4), (nil, Fixtures.aac, .aac),
        ] as [(Codec?, TrackFormat?, Container)])
    func none(video: Codec?, audio: TrackFormat?, container: Container) {
        #expect(RecoveryStreams(Self.settings(video, audio, container)) == nil)
    }
}
