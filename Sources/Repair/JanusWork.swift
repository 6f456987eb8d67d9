import Capture
import Codecs
import Storage
import Units

/// The recordings that a Janus server made of one user, to be put into one file.
struct JanusWork: Sendable {
    let pictures: JanusLane.Source?
    let sound: JanusLane.Source?
    let channelCount: Int
    let container: Container
    let creation: Int64

    func write(to new: NewFile, _ listener: @escaping ProgressListener) throws -> MediaResult {
        let counter = ReadCounter([pictures?.file, sound?.file].compactMap { $0 }, listener)
        var seen = try pictures.map { try JanusLane($0, counter) }
        var heard = try sound.map { try JanusLane($0, counter) }
        var path = try JanusSound(sound?.codec ?? .opus, channelCount: channelCount)
        var take = Take(
            TakeSettings(
                video: pictures?.codec, audio: sound == nil ? nil : path.format, container: container,
                createdAtUnixMilliseconds: creation))
        var end = ChannelTime(nanoseconds: 0)
        while seen?.head != nil || heard?.head != nil {
            if let (frame, time) = seen?.head, time <= heard?.head?.time ?? time {
                guard take.video(frame, at: time) else {
                    throw RepairRefusal("its pictures change in a way that one file cannot hold")
                }
                end = max(end, time + .milliseconds(33))
                try seen?.advance()
            } else if let (frame, time) = heard?.head {
                while path.advance(to: time) {
                    while let packet = try path.nextPacket() { take.audio(packet) }
                    while let write = take.nextWrite() { try new.perform(write) }
                }
                path.push(frame, at: time)
                while let packet = try path.nextPacket() { take.audio(packet) }
                end = max(end, time + .milliseconds(20))
                try heard?.advance()
            }
            take.advance(to: end)
            while let write = take.nextWrite() { try new.perform(write) }
        }
        path.finish(at: end)
        while let packet = try path.nextPacket() { take.audio(packet) }
        take.finish(at: end)
        while let write = take.nextWrite() { try new.perform(write) }
        guard let origin = take.origin else { throw RepairRefusal("not one frame could be put together") }
        var result = MediaResult(durationMilliseconds: (end - origin).wholeMilliseconds)
        tell(take.counters, seen, heard, &result)
        tell(of: path, &result)
        return result
    }

    /// Says what is missing.
    private func tell(
        _ counters: TakeCounters, _ seen: JanusLane?, _ heard: JanusLane?, _ result: inout MediaResult
    ) {
        let incomplete = seen?.incompleteFrameCount ?? 0
        if incomplete > 0 { result.notes.append("\(incomplete) pictures lack packets that never came.") }
        let gone = seen?.reader.lostCount ?? 0
        if gone > 0 { result.notes.append("\(gone) packets of pictures never came.") }
        if counters.droppedAfterLoss > 0 {
            result.notes.append("\(counters.droppedAfterLoss) pictures that refer to those were left out.")
        }
        if counters.droppedBeforeKeyframe > 0 {
            result.notes.append("\(counters.droppedBeforeKeyframe) pictures before the first keyframe were left out.")
        }
        let lost = heard?.reader.lostCount ?? 0
        if lost > 0 { result.notes.append("\(lost) packets of sound never came: silence is in their place.") }
        let unplaced = (seen?.unplacedCount ?? 0) + (heard?.unplacedCount ?? 0)
        if unplaced > 0 { result.notes.append("\(unplaced) frames have times that cannot be, and were left out.") }
        let malformed = (seen?.malformedCount ?? 0) + (heard?.malformedCount ?? 0)
        let damaged = malformed + (seen?.reader.damagedCount ?? 0) + (heard?.reader.damagedCount ?? 0)
        let skipped = (seen?.reader.skippedByteCount ?? 0) + (heard?.reader.skippedByteCount ?? 0)
        guard damaged + skipped > 0 else { return }
        result.notes.append("\(damaged) packets and \(skipped) bytes beside them are damaged, and were left out.")
        result.isPartly = true
    }

    /// Says what came of the sound and is not in the file.
    private func tell(of path: borrowing JanusSound, _ result: inout MediaResult) {
        if path.malformedPacketCount > 0 {
            result.notes.append(
                "\(path.malformedPacketCount) packets of sound cannot be decoded: silence is in their place.")
            result.isPartly = true
        }
        let milliseconds = path.cutSampleCount / 48
        if milliseconds > 0 {
            result.notes.append(
                "\(milliseconds) ms of sound came for a time that was already taken, and were left out.")
        }
    }
}
