import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("MP4 in other players' eyes", .enabled(if: SecondOpinion.isAvailable))
struct PlaybackTests {
    @Test("ffprobe sees the same times while recording and after", arguments: [0, 1.7])
    func times(_ lateBy: Double) throws {
        let steps = try Recordings.call(seconds: 3, lateBy: lateBy)
        var answers: [String] = []
        for steps in [Array(steps.dropLast()) + [.cut], steps] {
            let file = Recordings.file(Recordings.writes(steps))
            let answer = try SecondOpinion.probe(
                file, extension: "mp4", entries: "packet=stream_index,pts,dts,size,flags")
            #expect(answer.errors == "")
            answers.append(answer.output.split(separator: "\n").sorted().joined(separator: "\n"))
        }
        #expect(answers[0] == answers[1])
    }

    @Test("what an Opus decoder makes before the sound begins lies before the track's start", arguments: [false, true])
    func preSkip(_ finished: Bool) throws {
        let fixture = try Fixture(.opus)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(.opus(channelCount: 1, preSkip: 312), timescale: .opus)
        for sample in fixture.samples(seconds: 2, from: 48_000) { writer.append(sample, track: track) }
        if finished { writer.finish() } else { writer.cutFragment() }
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let movie = MovieFile(reading: disk.bytes)
        #expect(movie.tracks[0].samples.first?.decodeTicks == 47_688)
        let answer = try SecondOpinion.probe(disk.bytes, extension: "mp4", entries: "packet=pts")
        #expect(answer.errors == "")
        #expect(answer.output.hasPrefix("47688"), "\(answer.output.prefix(20))")
    }

    @Test("ffprobe sees the codecs, sizes and durations")
    func streams() throws {
        let file = Recordings.file(Recordings.writes(try Recordings.call(seconds: 3, lateBy: 1)))
        let entries =
            "stream=codec_name,width,height,sample_rate,channels,start_time,duration,nb_frames:format=duration"
        let answer = try SecondOpinion.probe(file, extension: "mp4", entries: entries)
        #expect(
            answer.output == """
                aac|48000|1|0.000000|3.008000|141
                h264|160|96|1.000000|2.000000|60
                3.008000

                """)
    }

    @Test("ffmpeg shows pictures in their order", arguments: [false, true])
    func reordered(_ finished: Bool) throws {
        let fixture = try Fixture(.reordered)
        let steps = [.track(fixture)] + fixture.samples.map { Recordings.Step.sample($0, track: 0) }
        let file = Recordings.file(Recordings.writes(steps + [finished ? .finish : .cut]))
        #expect(try SecondOpinion.decode(file, extension: "mp4").errors == "")
        let answer = try SecondOpinion.probe(file, extension: "mp4", entries: "frame=pts")
        let times = answer.output.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }
        #expect(times == times.sorted())
        #expect(times.count == 60)
    }
}
