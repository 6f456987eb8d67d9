import Capture
import Codecs
import Foundation
import Inspect
import MP4
import Testing
import Units

@testable import Service

@Suite("A user's capture that is told what to record")
struct CaptureControlTests {
    private static func movie(_ bench: CaptureBench, _ number: Int) throws -> MovieFile {
        MovieFile(reading: [UInt8](try Data(contentsOf: URL(fileURLWithPath: bench.path(number)))))
    }

    private static let paused = CaptureSelection(isPaused: true)

    @Test("cuts a pause out of the file: what comes after follows at once on what came before")
    func cut() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 4_000)
        bench.select(Self.paused, at: 4_000)
        bench.send(from: 4_000, to: 9_500)
        bench.select(CaptureSelection(), at: 9_500)
        bench.send(from: 9_500, to: 12_500)
        await bench.finish(at: 12_500)
        #expect(bench.spans == [0...7_000])
        let movie = try Self.movie(bench, 0)
        #expect(movie.problems.isEmpty)
        for track in movie.tracks {
            let times = track.samples.map(\.decodeTicks)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        }
        let proof = try #require(bench.closed[0].proof)
        #expect(proof.pictures.whole == 175)
        #expect(proof.freezes.isEmpty)
        // 40 ms of no sound at each beginning of sending, and the pause is none of it.
        #expect(bench.lines.last == "7.000 #0 close ")
    }

    @Test("holds the picture and is silent through a pause that is to be held")
    func hold() async throws {
        let bench = try CaptureBench(order: { $0.onPause = .hold })
        bench.connect(at: 0)
        bench.send(from: 0, to: 4_000)
        bench.select(Self.paused, at: 4_000)
        bench.send(from: 4_000, to: 9_000)
        bench.select(CaptureSelection(), at: 9_000)
        bench.send(from: 9_000, to: 12_000)
        await bench.finish(at: 12_000)
        #expect(bench.spans == [0...12_000])
        let proof = try #require(bench.closed[0].proof)
        #expect(proof.pictures.whole == 175)
        #expect(proof.freezes.map(\.milliseconds).allSatisfy { (4_900...5_100).contains($0) })
        #expect(proof.freezes.count == 1)
    }

    @Test("leaves out pictures behind a pause until one stands alone, and asks for it")
    func untilKeyframe() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.select(Self.paused, at: 2_000)
        bench.advance(to: 3_000)
        bench.select(CaptureSelection(), at: 3_000)
        bench.send(from: 3_000, to: 3_400, keyframes: false)
        bench.send(from: 3_400, to: 4_000)
        await bench.finish(at: 4_000)
        #expect(bench.spans == [0...3_000])
        #expect(try #require(bench.closed[0].proof).pictures.whole == 65)
    }

    @Test("begins with nothing where the start is manual, and names the file by the time of its first frame")
    func manual() async throws {
        let bench = try CaptureBench(order: { order in
            order.selection.isPaused = true
            order.pauses.begin(at: .ms(0))
        })
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.select(CaptureSelection(), at: 2_500)
        bench.send(from: 2_600, to: 3_600)
        await bench.finish(at: 3_600)
        #expect(bench.spans == [2_600...3_600])
        #expect(bench.closed[0].file == "7_20190611073248600.mp4")
    }

    @Test("ends files in a pause where they are cut as before, and begins a session after it")
    func legacy() async throws {
        let bench = try CaptureBench { $0.splitting = .legacy }
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.select(Self.paused, at: 2_000)
        bench.send(from: 2_000, to: 3_000)
        bench.select(CaptureSelection(), at: 3_000)
        bench.send(from: 3_000, to: 4_000)
        await bench.finish(at: 4_000)
        #expect(bench.closed.map { $0.file.suffix(3) }.sorted() == ["aac", "aac", "mp4", "mp4"])
        #expect(Set(bench.closed.map(\.cause)) == [.first, .pause])
        #expect(bench.indexes.count == 2)
        let texts = bench.indexes.sorted { $0.key < $1.key }.map(\.value)
        #expect(texts[0].hasPrefix("0.000 "))
        #expect(texts[1].hasPrefix("new session started\n0.000 "))
    }

    @Test("begins no file for a frame that comes too late for the one that a pause has closed")
    func late() async throws {
        for selection in [Self.paused, CaptureSelection(takesSound: false, takesPictures: false)] {
            let bench = try CaptureBench { $0.splitting = .legacy }
            bench.connect(at: 0)
            bench.send(from: 0, to: 2_000)
            bench.select(selection, at: 2_000)
            var late = PictureMaker.sound(at: 1_990)
            late.arrival = .ms(2_040)
            bench.take(late, 0)
            bench.send(from: 3_000, to: 3_500)
            bench.select(CaptureSelection(), at: 4_000)
            bench.send(from: 4_000, to: 5_000)
            await bench.finish(at: 5_000)
            #expect(bench.closed.map { $0.file.suffix(3) }.sorted() == ["aac", "aac", "mp4", "mp4"])
            #expect(bench.spans.dropFirst(2).allSatisfy { $0.lowerBound >= 4_000 }, "\(bench.spans)")
        }
    }

    @Test("records one kind of media where the other is not wanted", arguments: [(true, false), (false, true)])
    func oneKind(sound: Bool, pictures: Bool) async throws {
        let bench = try CaptureBench(order: { order in
            (order.selection.takesSound, order.selection.takesPictures) = (sound, pictures)
        })
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        await bench.finish(at: 2_000)
        #expect(bench.closed.count == 1)
        #expect((bench.closed[0].audio != nil, bench.closed[0].video != nil) == (sound, pictures))
        #expect(bench.closed[0].file.hasSuffix(pictures ? ".mp4" : ".m4a"))
        #expect(try Self.movie(bench, 0).tracks.count == 1)
    }

    @Test("closes the files of who is not wanted any more, and begins others when they are")
    func stopped() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.select(CaptureSelection(takesSound: false, takesPictures: false), at: 2_000)
        bench.send(from: 2_000, to: 4_000)
        bench.select(CaptureSelection(), at: 4_000)
        bench.send(from: 4_000, to: 5_000)
        await bench.finish(at: 5_000)
        #expect(bench.spans == [0...2_000, 4_000...5_000])
        #expect(bench.closed.map(\.cause) == [.first, .selection])
    }

    @Test("takes up sound that was not wanted at first")
    func soundLater() async throws {
        let bench = try CaptureBench(order: { $0.selection.takesSound = false })
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_000)
        bench.select(CaptureSelection(), at: 2_000)
        bench.send(from: 2_000, to: 4_000)
        await bench.finish(at: 4_000)
        #expect(bench.closed.count == 2)
        #expect(bench.closed.map { $0.audio != nil } == [false, true])
        #expect(bench.closed.allSatisfy { $0.video != nil })
    }

    @Test("cuts files at the first keyframe behind their length, without a hole between them")
    func chunks() async throws {
        let bench = try CaptureBench(order: { $0.chunk.longest = .milliseconds(2_500) })
        bench.connect(at: 0)
        bench.send(from: 0, to: 8_000)
        await bench.finish(at: 8_000)
        #expect(bench.closed.map(\.cause) == [.first, .chunk, .chunk])
        #expect(bench.closed.map { $0.start.nanoseconds / 1_000_000 } == [0, 3_000, 6_000])
        #expect(bench.closed.map(\.videoFrameCount) == [75, 75, 50])
        for number in 0..<3 { #expect(try Self.movie(bench, number).problems.isEmpty) }
    }

    @Test("cuts files of sound alone at their length, and files by their size")
    func otherChunks() async throws {
        let sound = try CaptureBench(order: { $0.chunk.longest = .milliseconds(1_500) })
        sound.connect([.opus], at: 0)
        sound.send([0], from: 0, to: 4_000)
        await sound.finish(at: 4_000)
        #expect(sound.closed.count == 3)
        #expect(sound.closed.map(\.cause) == [.first, .chunk, .chunk])
        let size = try CaptureBench(order: { $0.chunk.biggest = 8_000 })
        size.connect(at: 0)
        size.send(from: 0, to: 6_000)
        await size.finish(at: 6_000)
        #expect(size.closed.count > 1)
        #expect(size.closed.dropLast().allSatisfy { $0.byteCount >= 8_000 })
    }

    @Test("goes on in another file when told so")
    func rollOver() async throws {
        let bench = try CaptureBench()
        bench.connect(at: 0)
        bench.send(from: 0, to: 2_200)
        bench.rollOver(at: 2_200)
        bench.send(from: 2_200, to: 4_000)
        await bench.finish(at: 4_000)
        #expect(bench.spans.count == 2)
        #expect(bench.closed.map(\.cause) == [.first, .chunk])
    }

    @Test("calls files as it was told to")
    func names() async throws {
        let bench = try CaptureBench(order: { order in
            order.names = (try? NameTemplate("{channel}.{uid}.{lane}.{stamp}")) ?? .usual
            order.channel = "room"
        })
        bench.connect(at: 0)
        bench.send(from: 0, to: 1_000)
        await bench.finish(at: 1_000)
        #expect(bench.closed[0].file == "room.7.user.20190611073246000.mp4")
    }
}
