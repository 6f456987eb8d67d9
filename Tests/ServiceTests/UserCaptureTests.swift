import AV
import Capture
import Codecs
import Foundation
import Inspect
import MP4
import Testing
import Units

@testable import Service

@Suite("A user's capture")
struct UserCaptureTests {
    private static func movie(_ path: String) throws -> MovieFile {
        MovieFile(reading: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    @Test("goes on in one file when the user is back within 15 s, and holds the last picture meanwhile")
    func returning() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 100, to: 4_100)
        bench.leave(at: 4_120)
        bench.connect(at: 14_000)
        bench.send(from: 14_200, to: 18_200, ssrc: 9)
        await bench.finish(at: 18_200)
        #expect(bench.spans == [100...18_200])
        #expect(bench.closed[0].cause == .first)
        let movie = try Self.movie(bench.path(0))
        #expect(movie.problems.isEmpty)
        #expect(movie.tracks.count == 2)
        let proof = try #require(bench.closed[0].proof)
        #expect(proof.absences.map { [$0.atMilliseconds, $0.milliseconds] } == [[4_020, 9_880]])
        #expect(proof.freezes.map(\.cause) == ["away"])
        #expect(proof.pictures.whole == 200)
        #expect(bench.lines.contains("4.020 #0 leave ") && bench.lines.contains("13.900 #0 return "))
        #expect(bench.lines.last == "18.100 #0 close ")
    }

    @Test("ends a file where the user left, once nobody came back for 15 s; the next one counts on")
    func gone() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 1_000, to: 3_000)
        bench.leave(at: 3_000)
        bench.advance(to: 20_000)
        bench.connect(at: 20_000)
        bench.send(from: 20_000, to: 21_000)
        await bench.finish(at: 21_000)
        #expect(bench.spans == [1_000...3_000, 20_000...21_000])
        #expect(bench.closed.map(\.cause) == [.first, .segment])
        #expect(bench.indexes.count == 2)
        #expect(
            bench.lines == [
                "0.000 #0 create ", "0.000 #0 info width=320 height=180 rotation=0 ", "0.040 #0 info channels=1 ",
                "2.000 #0 close ", "19.000 #1 create ", "19.000 #1 info width=320 height=180 rotation=0 ",
                "19.040 #1 info channels=1 ", "20.000 #1 close ",
            ])
    }

    @Test("ends a file of who vanished where they were last heard")
    func vanished() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.leave(at: 17_000, silently: true)
        await bench.finish(at: 25_000)
        #expect(bench.spans == [0...1_986])
    }

    @Test("goes through mute, another camera, other sizes, turns and a new sender in one file")
    func throughAll() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000) { frame, time in frame.rotation = time < 1_000 ? .quarter : Rotation.none }
        bench.send([0], from: 2_000, to: 8_000)
        bench.send(from: 8_000, to: 10_000, ssrc: 5) { frame, _ in
            frame.bytes = PictureMaker.bytes(.h264, isKeyframe: frame.isKeyframe, width: 640)
        }
        await bench.finish(at: 10_000)
        #expect(bench.spans == [0...10_000])
        #expect(try Self.movie(bench.path(0)).problems.isEmpty)
        #expect(
            bench.lines == [
                "0.000 #0 create ", "0.000 #0 info width=320 height=180 rotation=90 ", "0.040 #0 info channels=1 ",
                "1.000 #0 rotate rotation=0 ", "1.960 #0 mute video ", "8.000 #0 unmute video ",
                "8.000 #0 resize width=640 height=360 ", "10.000 #0 close ",
            ])
        let proof = try #require(bench.closed[0].proof)
        #expect(proof.rotations.map(\.degrees) == [90, 0])
        #expect(proof.sizes.map(\.width) == [320, 640])
        #expect(proof.mutes.map { [$0.atMilliseconds, $0.milliseconds] } == [[1_960, 6_040]])
        #expect(proof.freezes.map(\.cause) == ["mute"])
        #expect(bench.happenings.contains { $0.hasPrefix("muted video") })
    }

    @Test("begins another file when the codec changes, and says so everywhere")
    func codecSwitch() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.send(from: 2_000, to: 2_200) { frame, _ in
            frame = PictureMaker.picture(.vp8, isKeyframe: false, at: (frame.ticks - 5_000_000) / 90)
        }
        bench.send(from: 2_200, to: 4_000) { frame, _ in
            frame = PictureMaker.picture(.vp8, isKeyframe: frame.isKeyframe, at: (frame.ticks - 5_000_000) / 90)
        }
        await bench.finish(at: 4_000)
        #expect(bench.closed.map { $0.file.suffix(4) } == [".mp4", "webm"])
        #expect(bench.closed.map(\.cause) == [.first, .codecswitch])
        #expect(bench.spans[0].lowerBound == 0 && (2_200...2_240).contains(bench.spans[0].upperBound))
        #expect(bench.spans[1] == 2_200...4_000)
        #expect(bench.indexes.count == 1)
        #expect(bench.lines.contains("2.200 #1 create codecswitch "))
        #expect(bench.happenings == ["codecswitch h264 to vp8"])
    }

    @Test("gives a shared screen a file of its own, beside one that goes on")
    func screen() async throws {
        let bench = try CaptureBench()
        bench.connect([.opus, .h264, .vp8], at: 0)
        bench.send([0, 1], from: 0, to: 2_000)
        bench.send([0, 1, 2], from: 2_000, to: 4_000)
        bench.send([0, 1], from: 4_000, to: 5_000)
        await bench.finish(at: 5_000)
        #expect(bench.spans == [0...5_000, 2_000...5_000])
        #expect(bench.closed.map(\.lane) == [.user, .screen(1)])
        #expect(bench.closed[1].file == "7_screen_20190611073248000.webm")
        #expect(bench.indexes.keys.sorted() == ["uid_7_20190611073246000.txt", "uid_7_screen_20190611073248000.txt"])
        #expect(bench.closed[1].video?.codec == .vp8)
        #expect(bench.closed[1].audio == nil)
    }

    @Test("puts pictures where they can be, if the container that was asked for cannot hold them, and says so")
    func containerFallback() async throws {
        let bench = try CaptureBench { $0.container = .webm }
        bench.connect([.opus, .vp8], at: 0)
        bench.send(from: 0, to: 1_000) { frame, time in
            frame = PictureMaker.picture(.h264, isKeyframe: frame.isKeyframe, at: time)
        }
        await bench.finish(at: 1_000)
        #expect(bench.closed.map { $0.file.suffix(4) } == [".mp4"])
        #expect(
            bench.happenings == ["containerFallback WebM cannot hold H.264; the file is mp4 so that nothing is lost"])
        #expect(bench.closed[0].proof?.pictures.whole == 25)
    }

    @Test("records one encoding of a simulcast, the one that was asked for", arguments: [LayerChoice.high, .low])
    func layers(choice: LayerChoice) async throws {
        let bench = try CaptureBench { $0.streamType = choice }
        bench.connect([.opus, .h264], encodings: 2, at: 0)
        for start in stride(from: Int64(0), to: 4_000, by: 1_000) {
            bench.send([0, 1], from: start, to: start + 1_000, encoding: 0)
        }
        for time in stride(from: Int64(4_000), to: 8_000, by: 40) {
            for (encoding, width) in [(0, 320), (1, 640)] {
                let isKeyframe = time % 1_000 == 0
                bench.take(
                    PictureMaker.picture(.h264, isKeyframe: isKeyframe, width: width, at: time), 1, encoding,
                    UInt32(1 + encoding))
            }
        }
        await bench.finish(at: 8_000)
        #expect(bench.closed.count == 1)
        #expect(bench.closed[0].proof?.sizes.map(\.width) == (choice == .high ? [320, 640] : [320]))
        #expect(bench.closed[0].videoFrameCount == (choice == .high ? 201 : 200))
    }

    @Test("goes over to another encoding of a simulcast while it runs, in the same file")
    func otherLayer() async throws {
        let bench = try CaptureBench()
        bench.connect([.opus, .h264], encodings: 2, at: 0)
        for time in stride(from: Int64(0), to: 6_000, by: 40) {
            if time == 3_000 { bench.select(CaptureSelection(layer: .low), at: time) }
            for (encoding, width) in [(0, 320), (1, 640)] {
                bench.take(
                    PictureMaker.picture(.h264, isKeyframe: time % 1_000 == 0, width: width, at: time), 1, encoding,
                    UInt32(1 + encoding))
            }
        }
        await bench.finish(at: 6_000)
        #expect(bench.closed.count == 1)
        #expect(bench.closed[0].proof?.sizes.map(\.width) == [320, 640, 320])
    }

    @Test("tells apart who mutes, who vanishes for a while, and pictures that cannot be decoded")
    func states() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.send([0], from: 2_000, to: 6_000)
        bench.send(from: 6_000, to: 7_000)
        // Nothing at all.
        bench.advance(to: 13_000)
        bench.send(from: 13_000, to: 14_000)
        bench.send(from: 14_000, to: 17_000) { frame, _ in frame.isBroken = true }
        bench.send(from: 17_000, to: 18_000)
        // Nothing but signs of life.
        for time in stride(from: Int64(19_000), through: 24_000, by: 1_000) { bench.hear(at: time) }
        await bench.finish(at: 24_000)
        let told = bench.happenings
        #expect(told.prefix(2) == ["muted video", "unmuted video"])
        #expect(Set(told[2...3]) == ["frozen audio", "frozen video"])
        #expect(told[4].hasPrefix("noStream "))
        #expect(Set(told[5...6]) == ["unfrozen audio", "unfrozen video"])
        #expect(told[7...8] == ["frozen video", "unfrozen video"])
        #expect(Set(told[9...10]) == ["muted audio", "muted video"])
        #expect(told[11].hasPrefix("noStream "))
    }

    @Test("holds the last clean picture after a loss, or keeps what came", arguments: OnLoss.allCases)
    func onLoss(choice: OnLoss) async throws {
        let bench = try CaptureBench { $0.onLoss = choice }
        bench.connect(at: 0)
        bench.send(from: 0, to: 3_000) { frame, time in frame.isBroken = (1_200..<2_000).contains(time) }
        bench.lose(3, 1, at: 1_200)
        await bench.finish(at: 3_000)
        let proof = try #require(bench.closed[0].proof)
        #expect(
            proof.pictures
                == PictureCounts(whole: 55, broken: choice == .keep ? 20 : 0, dropped: choice == .hold ? 20 : 0))
        #expect(proof.freezes.map(\.cause) == (choice == .hold ? ["loss"] : []))
        #expect(proof.picturePackets.lost == 3)
        #expect(proof.losses.map(\.atMilliseconds) == [0])
    }

    @Test("tells what happened while it happens, and what it knew when the user left")
    func firstPicture() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 500)
        bench.send([0], from: 700, to: 900)
        bench.send(from: 900, to: 1_500)
        await bench.finish(at: 1_500)
        #expect(bench.closed[0].firstPictureDelay.map { $0.wholeMilliseconds } == 400)
        #expect(bench.closed[0].proof?.clock != nil)
    }

    // MARK: - As the legacy product cuts files (recorder-spec §3.5)

    private static func legacy() throws -> CaptureBench { try CaptureBench { $0.splitting = .legacy } }

    @Test("keeps sound and pictures apart when it cuts as before, and writes them into one index")
    func legacyPair() async throws {
        let bench = try Self.legacy()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        await bench.finish(at: 2_000)
        #expect(bench.closed.map(\.lane) == [.picture, .sound])
        #expect(bench.closed.map { $0.file.suffix(4) } == [".mp4", ".aac"])
        #expect(bench.indexes.count == 1)
        #expect(
            bench.lines == [
                "0.000 #0 create ", "0.000 #0 info width=320 height=180 rotation=0 ", "0.040 #1 create ",
                "0.040 #1 info channels=1 ", "2.000 #1 close ", "2.000 #0 close ",
            ])
        let report = try FileReport(ofFile: bench.path(1))
        #expect(report.isWhole)
        #expect(abs(report.durationMilliseconds - 1_960) < 40)
    }

    @Test("begins another file of pictures for another size, after mute, and for who is back; sound goes on")
    func legacySplits() async throws {
        let bench = try Self.legacy()
        bench.connect(at: 0)
        bench.send(from: 0, to: 1_000)
        bench.send(from: 1_000, to: 2_000) { frame, _ in
            frame.bytes = PictureMaker.bytes(.h264, isKeyframe: frame.isKeyframe, width: 640)
        }
        bench.send([0], from: 2_000, to: 7_000)
        bench.send(from: 7_000, to: 8_000)
        bench.leave(at: 8_000)
        bench.connect(at: 12_000)
        bench.send(from: 12_000, to: 13_000)
        bench.send(from: 13_000, to: 14_000) { frame, time in
            frame = PictureMaker.picture(.vp8, isKeyframe: frame.isKeyframe, at: time)
        }
        await bench.finish(at: 14_000)
        let (sound, pictures) = (bench.closed.filter { $0.lane == .sound }, bench.closed.filter { $0.lane == .picture })
        #expect(sound.map(\.cause) == [.first])
        #expect(pictures.map(\.cause) == [.first, .resolution, .unmute, .rejoin, .codecswitch])
        #expect(
            pictures.map { $0.start.nanoseconds / 1_000_000 } == [0, 1_000, 7_000, 12_000, 13_000])
        #expect(
            pictures.map { $0.end.nanoseconds / 1_000_000 } == [1_000, 1_960, 8_000, 13_000, 14_000])
        #expect(bench.indexes.count == 1)
        #expect(bench.lines.count { $0.contains("codecswitch") } == 1)
        #expect(bench.lines.count { $0.contains(" create ") } == 6)
        #expect(bench.lines.count { $0.contains(" close ") } == 6)
    }

    @Test("begins anew in both files and another index for who sends again after 15 s", arguments: [false, true])
    func legacySegments(leaves: Bool) async throws {
        let bench = try Self.legacy()
        bench.connect(at: 0)
        bench.send(from: 1_000, to: 2_000)
        if leaves {
            bench.leave(at: 2_000)
            bench.advance(to: 18_000)
            bench.connect(at: 18_000)
        }
        bench.send(from: 18_000, to: 19_000)
        await bench.finish(at: 19_000)
        #expect(bench.closed.map(\.lane) == [.picture, .sound, .picture, .sound])
        #expect(bench.closed.filter { $0.lane == .sound }.map(\.cause) == [.first, .segment])
        #expect(bench.indexes.count == 2)
        #expect(bench.lines.first == "0.000 #0 create ")
        #expect(bench.lines.last?.hasSuffix(" close ") == true)
        #expect(bench.spans[0].upperBound <= 2_010)
    }

    @Test("turns no file into two when the camera is turned")
    func legacyRotation() async throws {
        let bench = try Self.legacy()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000) { frame, time in frame.rotation = time < 1_000 ? Rotation.none : .half }
        await bench.finish(at: 2_000)
        #expect(bench.closed.count == 2)
        #expect(bench.lines.contains("1.000 #0 rotate rotation=180 "))
    }

    @Test("begins another file from the next keyframe on when an encoder of sound fails, but not for ever")
    func lostEncoders() async throws {
        let bench = try CaptureBench(makeSound: { channelCount, _ throws(CodecError) in
            // 80 packets are 1.7 s.
            try SoundPath(channelCount: channelCount, failingAt: 80)
        })
        bench.connect(at: 0)
        bench.send(from: 0, to: 10_000)
        await bench.finish(at: 10_000)
        #expect(bench.spans == [0...2_026, 2_000...4_026, 4_000...10_000])
        #expect(bench.closed.map(\.cause) == [.first, .chunk, .chunk])
        #expect(bench.closed.map(\.audioFrameCount) == [80, 80, 80])
        #expect(bench.closed.map(\.videoFrameCount).reduce(0, +) == 250)
        #expect(bench.troubles.count == 3 && bench.troubles.allSatisfy { $0.contains("no more sound of user 7") })
        let leftOut = bench.closed.compactMap { $0.proof?.leftOutMilliseconds }
        #expect(leftOut.count == 3 && (4_200...4_300).contains(leftOut[2]))
        for number in 0..<3 { #expect(try Self.movie(bench.path(number)).problems.isEmpty) }
    }
}
