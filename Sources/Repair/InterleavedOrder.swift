import Bytes
import Codecs
import Elementary
import Storage

/// What a file without index still says of when its pictures are shown: by the order in which pictures and sound lie in it.
///
/// The streams beside it say what the samples are, the file which came between which. Writers put samples down in the order
/// of their times, one by one or in stretches of each; so pictures are shown while the sound is heard that lies beside
/// them. Packets of AAC last 21 ms, so single ones place pictures to within that.
struct InterleavedOrder {
    /// When each picture is shown, from the first keyframe on, in ticks of 90 kHz.
    private(set) var pictureTicks: [Int64] = []
    /// When the sound begins, likewise: not at zero if pictures do.
    private(set) var soundTicks: Int64 = 0

    /// How many bytes of a sample are compared.
    private static let signByteCount = 24
    /// How far ahead a sample is looked for.
    private static let searchByteCount = 1 << 20
    /// Of a hundred samples so many must be found, or the file is not what the streams are of.
    private static let leastPercent = 95

    /// By what a sample is known in the file.
    private struct Sign {
        var bytes: [UInt8]
        /// From there to the sample's end.
        var byteCount: Int
        /// How much of the sample lies before: parameter sets, which some writers leave out.
        var leadByteCount = 0
        var counts: Bool
    }

    /// A run of samples of one kind.
    fileprivate struct Run {
        var isSound: Bool
        var count: Int
    }

    /// Looks for the samples of the streams in the file; nothing if it is not there, or holds something else.
    init?(_ streams: SideStreams, _ sampleRate: Int) throws {
        guard streams.take.exists, let (file, codec) = streams.pictures, let soundFile = streams.sound else {
            return nil
        }
        let take = try ReadOnlyFile(streams.take.path)
        var pictures = try PictureStream(file, codec, times: .even(first: 0, span: 1, count: 1), nil)
        var sound = try SoundStream(soundFile, nil)
        guard let runs = try Self.runs(in: take, &pictures, codec, &sound) else { return nil }
        let times = Self.spread(runs, packetTicks: Int64(AAC.packetSampleCount) * 90_000 / Int64(sampleRate))
        guard times.count > 1 else { return nil }
        soundTicks = max(0, -(times.first ?? 0))
        pictureTicks = times.map { $0 + soundTicks }
    }

    /// Which samples lie side by side in the file.
    private static func runs(
        in take: ReadOnlyFile, _ pictures: inout PictureStream, _ codec: Codec, _ sound: inout SoundStream
    ) throws -> [Run]? {
        var runs: [Run] = []
        var position = 0
        var (lost, found) = (0, 0)
        var hasBegun = false
        var picture = try nextSign(&pictures, codec, &hasBegun)
        var packet = try nextSign(&sound)
        while picture != nil || packet != nil {
            let places = (
                picture.flatMap { place(of: $0, in: take, from: position, isNear: true) },
                packet.flatMap { place(of: $0, in: take, from: position, isNear: true) }
            )
            if let place = places.0, place <= places.1 ?? .max, let sign = picture {
                position = place + sign.byteCount
                if sign.counts { runs.add(isSound: false) }
                picture = try nextSign(&pictures, codec, &hasBegun)
            } else if let place = places.1, let sign = packet {
                position = place + sign.byteCount
                runs.add(isSound: true)
                packet = try nextSign(&sound)
            } else {
                // Neither lies where the last sample ended: what does is none of ours, or one of them was changed.
                guard
                    let next = [picture, packet].compactMap({ sign in
                        sign.flatMap { place(of: $0, in: take, from: position, isNear: false) }
                    }).min()
                else { break }
                position = next
                lost += 1
                continue
            }
            found += 1
        }
        while let sign = picture {
            if sign.counts { runs.add(isSound: false) }
            lost += 1
            picture = try nextSign(&pictures, codec, &hasBegun)
        }
        return found * (100 - leastPercent) >= lost * leastPercent && found > 1 ? runs : nil
    }

    private static func isSlice(_ header: UInt8, _ codec: Codec) -> Bool {
        codec == .h264 ? H264.NALUnitType(header: header)?.isSlice ?? false : H265.NALUnitType(header: header).isSlice
    }

    private static func nextSign(
        _ pictures: inout PictureStream, _ codec: Codec, _ hasBegun: inout Bool
    ) throws -> Sign? {
        guard let picture = try pictures.nextPicture() else { return nil }
        hasBegun = hasBegun || picture.isKeyframe
        let units = H264.nalUnits(in: picture.bytes)
        let slice = units.first { isSlice(picture.bytes[$0.lowerBound], codec) }
        let start = (slice?.lowerBound ?? H264.lengthByteCount) - H264.lengthByteCount
        return Sign(
            bytes: Array(picture.bytes[start...].prefix(signByteCount)), byteCount: picture.bytes.count - start,
            leadByteCount: start, counts: hasBegun)
    }

    private static func nextSign(_ sound: inout SoundStream) throws -> Sign? {
        try sound.nextPacket().map {
            Sign(bytes: Array($0.bytes.prefix(signByteCount)), byteCount: $0.bytes.count, counts: true)
        }
    }

    /// Where a sample lies: where the last one ended if `isNear`, within a box's header or two; else anywhere ahead.
    private static func place(of sign: Sign, in take: ReadOnlyFile, from position: Int, isNear: Bool) -> Int? {
        let reach = isNear ? 64 + sign.leadByteCount : searchByteCount
        let bytes = take.read(at: position, count: reach + sign.bytes.count)
        guard bytes.count >= sign.bytes.count, let first = sign.bytes.first else { return nil }
        for index in 0...bytes.count - sign.bytes.count where bytes[index] == first {
            if bytes[index..<index + sign.bytes.count].elementsEqual(sign.bytes) { return position + index }
        }
        return nil
    }

    /// Gives each picture a time by the sound that lies around it; zero is where the sound begins.
    private static func spread(_ runs: [Run], packetTicks: Int64) -> [Int64] {
        let soundRuns = runs.filter(\.isSound)
        let isFine = soundRuns.reduce(0) { $0 + $1.count } <= 3 * soundRuns.count
        return isFine ? spreadFinely(runs, packetTicks) : spreadInStretches(runs, packetTicks)
    }

    /// Samples were put down one by one: a picture comes before the packet that begins after it.
    private static func spreadFinely(_ runs: [Run], _ packetTicks: Int64) -> [Int64] {
        var latest: [Int64] = []
        var heard: Int64 = 0
        for run in runs {
            if run.isSound {
                heard += Int64(run.count) * packetTicks
            } else {
                latest += [Int64](repeating: heard, count: run.count)
            }
        }
        let usual = usualDistance(latest)
        // Pictures keep their pace as long as that agrees with the sound.
        var times: [Int64] = []
        for limit in latest where limit > 0 {
            let next = times.last.map { $0 + usual } ?? limit - packetTicks / 2
            times.append(max(min(max(next, limit - packetTicks + 1), limit), (times.last ?? .min / 2) + 1))
        }
        // Those before all sound are known by their pace alone.
        let earlyCount = latest.count { $0 == 0 }
        let first = min(usual, times.first ?? usual)
        return (0..<earlyCount).map { first - Int64(earlyCount - $0) * usual } + times
    }

    /// How far pictures are apart, pauses left out.
    private static func usualDistance(_ times: [Int64]) -> Int64 {
        let distances = zip(times.dropFirst(), times).map { $0 - $1 }
        let middle = distances.sorted().dropFirst(distances.count / 2).first ?? 3_000
        let steady = distances.filter { $0 <= 3 * max(middle, 1_500) }
        guard !steady.isEmpty else { return 3_000 }
        return max(1, steady.reduce(0, +) / Int64(steady.count))
    }

    /// Stretches of each lie side by side: two cover the same time, and whichever comes first in the file comes first in
    /// each pair.
    private static func spreadInStretches(_ runs: [Run], _ packetTicks: Int64) -> [Int64] {
        var times: [Int64] = []
        var heard: Int64 = 0
        let leads = runs.first?.isSound == false
        for (index, run) in runs.enumerated() {
            guard !run.isSound else {
                heard += Int64(run.count) * packetTicks
                continue
            }
            let beside = leads ? index + 1 : index - 1
            let span = runs.indices.contains(beside) ? Int64(runs[beside].count) * packetTicks : packetTicks
            let begin = leads ? heard : max(0, heard - span)
            for number in 0..<run.count {
                let ticks = begin + span * Int64(number) / Int64(run.count)
                times.append(max(ticks, (times.last ?? -1) + 1))
            }
        }
        return times
    }
}

extension [InterleavedOrder.Run] {
    fileprivate mutating func add(isSound: Bool) {
        if let last = indices.last, self[last].isSound == isSound {
            self[last].count += 1
        } else {
            append(InterleavedOrder.Run(isSound: isSound, count: 1))
        }
    }
}
