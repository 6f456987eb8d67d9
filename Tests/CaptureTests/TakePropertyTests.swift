import Bytes
import Capture
import Codecs
import Link
import Testing
import Units

/// Random calls: whatever comes, the file's times are sound and little is ever in memory.
@Suite("A take of a random call")
struct TakePropertyTests {
    @Test("keeps its timing rules", arguments: 1...40 as ClosedRange<UInt64>)
    func rules(seed: UInt64) throws {
        var call = try RandomCall(seed: seed)
        call.run()
        let movie = MovieProbe(call.file.bytes)
        let origin = try #require(call.take.origin)
        let stop = call.stop
        for track in movie.tracks.values {
            let rate: ClockRate = track.handler == "vide" ? .video : .opus
            let first = try #require(track.fragmented.first)
            #expect(track.fragmented.count == track.durations.count)
            #expect(track.durations.allSatisfy { $0 > 0 })
            #expect(zip(track.fragmented, track.fragmented.dropFirst()).allSatisfy { $0.time < $1.time })
            let steps = zip(track.fragmented, track.fragmented.dropFirst()).map { $1.time - $0.time }
            #expect(steps == track.durations.dropLast())
            let end = first.time + track.durations.reduce(0, +)
            #expect(end == stop.ticks(at: rate) - origin.ticks(at: rate))
        }
        #expect(movie.tracks.count == (call.hasVideo ? 2 : 1))
        #expect(call.worstExposure <= .milliseconds(1_000))
        #expect(
            call.take.counters.audioSampleCount == movie.tracks.values.first { $0.handler == "soun" }?.durations.count)
    }
}

/// One user's call: pictures at a changing rate, muted at times and lossy; sound with gaps, through an aligner.
private struct RandomCall {
    var take: Take
    var file = MemoryFile()
    let stop: ChannelTime
    let hasVideo: Bool
    /// The longest that a sample given to the take was not yet written.
    var worstExposure = Duration.zero

    private var random: SeededGenerator
    private var aligner = AudioAligner(channelCount: 1)
    private var block: [Int16] = []
    /// When each sample was given that is not written yet, by track in the order of their beginning.
    private var given: [(isVideo: Bool, moments: [ChannelTime])] = []
    private var nextPicture: Int64
    private var nextSound: Int64

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        take = try #require(Fixtures.take(video: .h264, audio: Fixtures.aac))
        stop = .ms(Int64.random(in: 1_000...20_000, using: &random))
        hasVideo = seed % 5 != 0
        nextPicture = hasVideo ? Int64.random(in: 0...900, using: &random) : .max
        nextSound = Int64.random(in: 0...900, using: &random)
    }

    mutating func run() {
        for moment in 0..<stop.nanoseconds / 1_000_000 {
            let now = ChannelTime.ms(moment)
            if moment == nextPicture { picture(at: moment) }
            if moment == nextSound { sound(at: moment) }
            if moment % 50 == 0 {
                aligner.advance(to: now)
                take.advance(to: now)
            }
            drain(at: now)
        }
        aligner.finish(at: stop)
        drain(at: stop)
        take.finish(at: stop)
        file.perform(&take)
    }

    private mutating func picture(at moment: Int64) {
        let isFirst = take.counters.keyframeCount == 0
        let jitter = Int64.random(in: -3_000_000...3_000_000, using: &random)
        let time = ChannelTime(nanoseconds: max(0, moment * 1_000_000 + jitter))
        let before = take.counters.videoSampleCount
        if isFirst || random.fraction() < 0.03 {
            take.video(Fixtures.h264Key(), at: time)
        } else {
            take.video(Fixtures.h264(isBroken: random.fraction() < 0.02), at: time)
        }
        if take.counters.videoSampleCount > before { give(isVideo: true, at: .ms(moment)) }
        let isMuted = random.fraction() < 0.01
        nextPicture += Int64.random(in: isMuted ? 500...4_000 : 15...100, using: &random)
    }

    private mutating func sound(at moment: Int64) {
        let jitter = Int64.random(in: -2_000_000...2_000_000, using: &random)
        aligner.push([Int16](repeating: 500, count: 960), at: ChannelTime(nanoseconds: moment * 1_000_000 + jitter))
        let isGap = random.fraction() < 0.01
        nextSound += isGap ? Int64.random(in: 40...3_000, using: &random) : 20
    }

    private mutating func drain(at now: ChannelTime) {
        while let position = aligner.nextBlock(into: &block) {
            let before = take.counters.audioSampleCount
            take.audio(AudioPacket(position: position, sampleCount: 1_024, bytes: [7, 7]))
            if take.counters.audioSampleCount > before { give(isVideo: false, at: now) }
        }
        let written = file.bytes.count
        file.perform(&take)
        if let oldest = given.compactMap(\.moments.first).min() { worstExposure = max(worstExposure, now - oldest) }
        guard file.bytes.count > written else { return }
        for (number, track) in MovieProbe(Array(file.bytes[written...])).tracks {
            given[number - 1].moments.removeFirst(track.fragmented.count)
        }
    }

    private mutating func give(isVideo: Bool, at moment: ChannelTime) {
        if let index = given.firstIndex(where: { $0.isVideo == isVideo }) {
            given[index].moments.append(moment)
        } else {
            given.append((isVideo, [moment]))
        }
    }
}
