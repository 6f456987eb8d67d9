import Bytes
import Codecs
import TestSupport
import Units

@testable import MP4

/// Recordings that several tests look at.
enum Recordings {
    /// What happens in a recording, in the order of time.
    enum Step {
        case track(Fixture)
        case sample(Sample, track: Int)
        /// What follows of a track is of another format.
        case format(Fixture, track: Int)
        case cut
        case finish
    }

    static let creation: Int64 = 1_790_000_000_000

    /// What a recording asks for, but for room ahead of the file, which changes nothing in it.
    static func writes(_ steps: [Step]) -> [FileWrite] {
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: creation)
        var writes: [FileWrite] = []
        for step in steps {
            switch step {
            case .track(let fixture): _ = writer.addTrack(fixture.format, timescale: fixture.timescale)
            case .sample(let sample, let track): writer.append(sample, track: track)
            case .format(let fixture, let track): _ = writer.changeFormat(fixture.format, track: track)
            case .cut: writer.cutFragment()
            case .finish: writer.finish()
            }
            while let write = writer.nextWrite() { if write.concernsBytes { writes.append(write) } }
        }
        return writes
    }

    static func file(_ writes: some Sequence<FileWrite>) -> [UInt8] {
        var disk = FakeDisk()
        for write in writes { disk.perform(write) }
        return disk.bytes
    }

    /// Sound from the start, pictures from `lateBy` on, cut every half second.
    ///
    /// With `announcedLate` the picture track is added only when its first sample comes.
    static func call(
        seconds: Double, lateBy: Double = 0, announcedLate: Bool = false, audio: Fixture.Name = .aac
    ) throws -> [Step] {
        let (sound, picture) = (try Fixture(audio), try Fixture(.h264))
        let start = Int64(lateBy * 90_000)
        let samples = interleave([
            (sound.timescale, sound.samples(seconds: seconds)),
            (picture.timescale, picture.samples(seconds: seconds - lateBy, from: start)),
        ])
        var steps: [Step] = [.track(sound)]
        if !announcedLate { steps.append(.track(picture)) }
        var nextCut: Int64 = 500
        var isAnnounced = !announcedLate
        for (milliseconds, track, sample) in samples {
            if milliseconds >= nextCut {
                steps.append(.cut)
                nextCut += 500
            }
            if track == 1, !isAnnounced {
                steps.append(.track(picture))
                isAnnounced = true
            }
            steps.append(.sample(sample, track: track))
        }
        return steps + [.finish]
    }

    /// Sound, and pictures that change their size and back, and back again, cut every half second.
    static func resizing(_ name: Fixture.Name, audio: Fixture.Name? = .aac) throws -> [Step] {
        let (small, large) = (try Fixture(name), try Fixture(name.wide ?? name))
        let sound = try audio.map { try Fixture($0) }
        let rate = Int64(sound?.timescale.ticksPerSecond ?? 1)
        var sounds = (sound?.samples(seconds: 2) ?? [])[...]
        var steps: [Step] = [.track(small)] + (sound.map { [.track($0)] } ?? [])
        var ticks: Int64 = 0
        for (number, fixture) in [small, large, small, large].enumerated() {
            if number > 0 { steps.append(.format(fixture, track: 0)) }
            for var sample in fixture.samplesInBand.prefix(15) {
                sample.decodeTicks = ticks
                ticks += Int64(sample.durationTicks)
                steps.append(.sample(sample, track: 0))
            }
            while let next = sounds.first, next.decodeTicks * 2 < rate * Int64(number + 1) {
                steps.append(.sample(sounds.removeFirst(), track: 1))
            }
            // Not at each change: a change cuts by itself.
            if number == 1 { steps.append(.cut) }
        }
        return steps + [.finish]
    }

    private static func interleave(_ tracks: [(ClockRate, [Sample])]) -> [(Int64, Int, Sample)] {
        var all: [(Int64, Int, Sample)] = []
        for (index, (rate, samples)) in tracks.enumerated() {
            all += samples.map { ($0.decodeTicks * 1000 / Int64(rate.ticksPerSecond), index, $0) }
        }
        return all.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }

    /// The samples of a track, with their bytes, as a reader finds them.
    static func samples(_ file: [UInt8], _ track: MovieTrack) -> [Sample] {
        track.samples.map { place in
            Sample(
                decodeTicks: place.decodeTicks, compositionOffsetTicks: place.compositionOffset,
                durationTicks: place.durationTicks, isKeyframe: place.isKeyframe,
                bytes: file.read(at: place.offset, count: place.byteCount))
        }
    }

    /// The samples of a track as they were put into the recording.
    static func samples(_ steps: [Step], track wanted: Int) -> [Sample] {
        steps.compactMap {
            guard case .sample(let sample, let track) = $0, track == wanted else { return nil }
            return sample
        }
    }
}
