import Bytes
import Codecs
import TestSupport
import Units

@testable import WebM

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

    /// The writes, and how many samples of each of two tracks the first so many of them hold.
    ///
    /// Asking for room ahead of the file is left out: it changes nothing there.
    static func writes(_ steps: [Step]) -> (writes: [FileWrite], sampleCounts: [[Int]]) {
        var writer = WebMWriter(createdAtUnixMilliseconds: 1_790_000_000_000)
        var writes: [FileWrite] = []
        var counts = [[0, 0]]
        var open = [0, 0]
        for step in steps {
            switch step {
            case .track(let fixture): _ = writer.addTrack(fixture.format, timescale: fixture.timescale)
            case .sample(let sample, let track):
                writer.append(sample, track: track)
                open[track] += 1
            case .format(let fixture, let track): _ = writer.changeFormat(fixture.format, track: track)
            case .cut: writer.cutFragment()
            case .finish: writer.finish()
            }
            while let write = writer.nextWrite() {
                guard write.concernsBytes else { continue }
                writes.append(write)
                if case .append = write { counts.append(open) } else { counts.append(counts[counts.count - 1]) }
            }
        }
        return (writes, counts)
    }

    static func file(_ steps: some Sequence<Step>) -> [UInt8] {
        var disk = FakeDisk()
        for write in writes(Array(steps)).writes { disk.perform(write) }
        return disk.bytes
    }

    /// Sound from the start, pictures from `lateBy` on, cut every half second.
    ///
    /// With `announcedLate` the picture track is added only when its first sample comes.
    static func call(seconds: Double, lateBy: Double = 0, announcedLate: Bool = false) throws -> [Step] {
        let (sound, picture) = (try Fixture(.opus), try Fixture(.vp8))
        var samples = sound.samples(seconds: seconds).map { ($0.decodeTicks / 48, 0, $0) }
        samples += picture.samples(seconds: seconds - lateBy, from: Int64(lateBy * 90_000))
            .map { ($0.decodeTicks / 90, 1, $0) }
        samples.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        var steps: [Step] = [.track(sound)]
        if !announcedLate { steps.append(.track(picture)) }
        var isAnnounced = !announcedLate
        var nextCut: Int64 = 500
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

    /// Sound, and pictures that change their size and back, cut every half second.
    static func resizing(_ name: Fixture.Name) throws -> [Step] {
        let (sound, small, large) = (try Fixture(.opus), try Fixture(name), try Fixture(name.wide ?? name))
        var sounds = sound.samples[...]
        var steps: [Step] = [.track(sound), .track(small)]
        var ticks: Int64 = 0
        for (number, fixture) in [small, large, small, large].enumerated() {
            if number > 0 { steps += [.cut, .format(fixture, track: 1)] }
            for var sample in fixture.samples.prefix(15) {
                sample.decodeTicks = ticks
                ticks += Int64(sample.durationTicks)
                steps.append(.sample(sample, track: 1))
            }
            while let next = sounds.first, next.decodeTicks < 24_000 * Int64(number + 1) {
                steps.append(.sample(sounds.removeFirst(), track: 0))
            }
        }
        return steps + [.finish]
    }

    /// A sample as both its maker and a reader of the file see it.
    struct Seen: Equatable {
        var milliseconds: Int64
        var isKeyframe: Bool
        var bytes: [UInt8]
    }

    static func found(_ file: [UInt8], _ track: WebMTrack) -> [Seen] {
        track.samples.map {
            Seen(
                milliseconds: $0.nanoseconds / 1_000_000, isKeyframe: $0.isKeyframe,
                bytes: file.read(at: $0.offset, count: $0.byteCount))
        }
    }

    static func sent(_ steps: [Step], track wanted: Int) -> [Seen] {
        steps.compactMap {
            guard case .sample(let sample, let track) = $0, track == wanted else { return nil }
            let rate = track == 0 ? 48.0 : 90.0
            let milliseconds = (Double(sample.decodeTicks) / rate).rounded()
            return Seen(milliseconds: Int64(milliseconds), isKeyframe: sample.isKeyframe, bytes: sample.bytes)
        }
    }
}
