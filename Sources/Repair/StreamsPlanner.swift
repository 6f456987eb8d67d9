import Bytes
import Capture
import Codecs
import Elementary
import Storage
import Units

/// Plans how the streams beside a take become one file.
struct StreamsPlanner {
    /// Without any sign of another, what cameras do.
    private static let usualRate: Int64 = 30

    let streams: SideStreams
    let options: RepairOptions
    let listener: ProgressListener

    func plan() throws -> RepairPlan {
        let suffix = streams.pictures == nil && streams.take.suffix != "mp4" ? "m4a" : streams.take.suffix
        let output = options.isInPlace ? streams.take : streams.take.repaired(suffix)
        var notes = ["Put together from \(streams.files.map(\.name).joined(separator: ", "))."]
        var times = PictureTimes.even(first: 0, span: 90_000, count: Self.usualRate)
        var length: Int64?
        var shifts: [Int16] = []
        var soundTicks: Int64 = 0
        if streams.times == nil {
            let found = try count()
            guard found.pictureCount + found.packetCount > 0 else {
                return RepairPlan(streams.take, .streams, .empty, notes: notes)
            }
            (times, soundTicks, length) = try pictureTimes(found, &notes)
            if found.shifts.areReordered { shifts = found.shifts.shifts }
        }
        if streams.pictures == nil { notes.append("There is no stream of pictures beside it: only sound comes back.") }
        if streams.sound == nil { notes.append("There is no stream of sound beside it: only pictures come back.") }
        let work = StreamsWork(
            streams: streams, times: times, shifts: shifts, soundTicks: soundTicks,
            creation: streams.take.recordedAtUnixMilliseconds)
        return RepairPlan(
            streams.take, .streams, .repairable, output: output, notes: notes, durationMilliseconds: length,
            work: .streams(work))
    }

    /// What a look through both streams found.
    private struct Found {
        var pictureCount = 0
        var shifts = PictureShifts()
        var packetCount = 0
        var sampleRate = 48_000

        /// How long the sound is, in ticks of 90 kHz.
        var soundLength: Int64 { Int64(packetCount * AAC.packetSampleCount) * 90_000 / Int64(sampleRate) }
    }

    private func count() throws -> Found {
        var found = Found()
        let counter = ReadCounter(streams.files, listener)
        if let (file, codec) = streams.pictures {
            var reader = try PictureStream(file, codec, times: .even(first: 0, span: 1, count: 1), counter)
            var orders = PictureOrderReader(codec)
            var hasBegun = false
            while let picture = try reader.nextPicture() {
                // Those before the first keyframe do not come into the file.
                hasBegun = hasBegun || picture.isKeyframe
                guard hasBegun else { continue }
                found.pictureCount += 1
                found.shifts.push(orders.place(of: picture.bytes))
            }
            found.shifts.finish()
        }
        if let sound = streams.sound {
            var reader = try SoundStream(sound, counter)
            while let packet = try reader.nextPacket() {
                found.packetCount += 1
                found.sampleRate = packet.configuration.sampleRate
            }
        }
        return found
    }

    /// Spreads the pictures as well as the data allows, and says by what.
    private func pictureTimes(
        _ found: Found, _ notes: inout [String]
    ) throws -> (times: PictureTimes, soundTicks: Int64, milliseconds: Int64) {
        let soundMilliseconds = found.soundLength / 90
        guard found.pictureCount > 0 else {
            return (.even(first: 0, span: 90_000, count: Self.usualRate), 0, soundMilliseconds)
        }
        let count = Int64(found.pictureCount)
        if found.packetCount > 0, let order = try InterleavedOrder(streams, found.sampleRate) {
            notes.append(
                "Assumed: each picture is shown when the sound is heard beside which \(streams.take.name) holds it.")
            let end = max(found.soundLength + order.soundTicks, order.pictureTicks.last ?? 0)
            return (.listed(order.pictureTicks), order.soundTicks, end / 90)
        }
        // Rates outside this are none of a call: then the two do not cover the same time.
        let rate = found.packetCount > 0 ? Double(count) * 90_000 / Double(found.soundLength) : 0
        if (1...120).contains(rate) {
            notes.append(
                "Assumed: \(count) pictures are spread evenly over the \(seconds(soundMilliseconds)) of the sound, "
                    + "and both begin together; the streams have no times.")
            return (.even(first: 0, span: found.soundLength, count: count), 0, soundMilliseconds)
        }
        notes.append("Assumed: \(Self.usualRate) pictures a second; nothing says how many there were.")
        let milliseconds = max(soundMilliseconds, count * 1_000 / Self.usualRate)
        return (.even(first: 0, span: 90_000, count: Self.usualRate), 0, milliseconds)
    }

    private func seconds(_ milliseconds: Int64) -> String {
        let fraction = String(1_000 + milliseconds % 1_000).dropFirst()
        return "\(milliseconds / 1_000).\(fraction) s"
    }
}

extension FilePath {
    /// When a take was begun: by its name, else when its content changed last.
    var recordedAtUnixMilliseconds: Int64 {
        RecordingNames.parts(ofTake: name)?.startedAt.unixMilliseconds ?? changedAtUnixMilliseconds
    }
}
