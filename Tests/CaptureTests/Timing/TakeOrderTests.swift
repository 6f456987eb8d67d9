import Capture
import Codecs
import Testing
import Units

/// Times and positions without any sense, as a sender's clocks and our mistakes might make them.
@Suite("A take's decode times")
struct TakeOrderTests {
    @Test("grow strictly whatever times come", arguments: 1...60 as ClosedRange<UInt64>)
    func grow(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var take = try #require(Fixtures.take(video: .h264, audio: Fixtures.aac))
        var file = MemoryFile()
        var now = ChannelTime.ms(Int64.random(in: -5_000...5_000, using: &random))
        var position = now.ticks(at: .opus)
        for step in 0..<400 {
            let jump = step > 0 && random.fraction() < 0.02 ? Int64.random(in: 0...100_000_000_000, using: &random) : 0
            now = now + .nanoseconds(Int64.random(in: 0...40_000_000, using: &random) + jump)
            let stray = Int64(1) << Int64.random(in: 0...38, using: &random)
            let time =
                now
                + .nanoseconds(
                    step > 0 && random.fraction() < 0.3 ? Int64.random(in: -stray...stray, using: &random) : 0)
            take.video(step == 0 || random.fraction() < 0.05 ? Fixtures.h264Key() : Fixtures.h264(), at: time)
            position += random.fraction() < 0.1 ? Int64.random(in: -4_000...90_000, using: &random) : 1_024
            take.audio(AudioPacket(position: position, sampleCount: 1_024, bytes: [7, 7]))
            if random.fraction() < 0.2 { take.advance(to: now) }
            file.perform(&take)
        }
        take.finish(at: now)
        file.perform(&take)
        let movie = MovieProbe(file.bytes)
        #expect(movie.tracks.count == 2)
        for track in movie.tracks.values {
            #expect(zip(track.fragmented, track.fragmented.dropFirst()).allSatisfy { $0.time < $1.time })
            #expect(track.durations.allSatisfy { $0 > 0 })
            #expect(track.fragmented.count > 20)
        }
    }
}
