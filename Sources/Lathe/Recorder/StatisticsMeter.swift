import Codecs
import Service
import Units

/// Makes rates of what the engine counts, from one look at a channel to the next.
struct StatisticsMeter {
    /// What was counted of a user's tracks of one kind.
    private struct Counts {
        var packets = 0
        var bytes = 0
        var lost = 0
        var frames = 0
        var codec = ""

        mutating func add(_ track: ChannelDocument.Track) {
            packets += track.packetCount
            bytes += track.byteCount
            lost += track.lostCount
            frames += track.frameCount
            if track.packetCount > 0 { codec = track.codec }
        }
    }

    private struct Key: Hashable {
        var uid: String
        var kind: MediaKind
    }

    private var last: [Key: Counts] = [:]
    private var lastTime: Duration?
    private var processor = ProcessorMeter()

    /// What there is to tell of a channel, `elapsed` after the recorder joined; of users that are not seen for the first
    /// time.
    mutating func measure(
        _ channel: ChannelDocument?, elapsed: Duration, size: (String) -> (width: Int, height: Int)?
    ) -> [RecorderEvent] {
        let users = channel?.users ?? []
        let counts = Self.count(users)
        let span = max(1, (elapsed - (lastTime ?? .zero)).wholeMilliseconds)
        var events: [RecorderEvent] = []
        var rates: [MediaKind: Int] = [:]
        for user in users {
            let delay = user.roundTripMilliseconds.map { Duration.milliseconds($0) / 2 }
            for kind in [MediaKind.audio, .video] {
                let key = Key(uid: user.uid, kind: kind)
                guard let now = counts[key] else { continue }
                let before = last[key] ?? Counts()
                let rate = Int(Int64(max(0, now.bytes - before.bytes)) * 8_000 / span)
                rates[kind, default: 0] += rate
                guard last[key] != nil else { continue }
                events.append(
                    kind == .video
                        ? .remoteVideoStats(
                            RemoteVideoStatistics(
                                uid: user.uid, delay: delay, width: size(user.uid)?.width ?? 0,
                                height: size(user.uid)?.height ?? 0, receivedBitsPerSecond: rate,
                                framesPerSecond: Int(Int64(max(0, now.frames - before.frames)) * 1_000 / span),
                                codec: now.codec))
                        : .remoteAudioStats(Self.sound(of: user.uid, now, before, delay: delay, rate: rate)))
            }
        }
        let load = processor.measure()
        let delays = users.compactMap { $0.roundTripMilliseconds }
        events.append(
            .recordingStats(
                RecordingStatistics(
                    duration: elapsed, receivedByteCount: counts.values.reduce(0) { $0 + $1.bytes },
                    receivedBitsPerSecond: rates.values.reduce(0, +),
                    receivedAudioBitsPerSecond: rates[.audio] ?? 0, receivedVideoBitsPerSecond: rates[.video] ?? 0,
                    lastMileDelay: delays.max().map { .milliseconds($0) / 2 }, userCount: users.count,
                    processPercent: load.own, totalPercent: load.total)))
        (last, lastTime) = (counts, elapsed)
        return events
    }

    private static func sound(
        of uid: String, _ now: Counts, _ before: Counts, delay: Duration?, rate: Int
    ) -> RemoteAudioStatistics {
        let (came, lost) = (max(0, now.packets - before.packets), max(0, now.lost - before.lost))
        let share = came + lost == 0 ? nil : lost * 1_000 / (came + lost)
        return RemoteAudioStatistics(
            uid: uid, quality: share.map { StreamQuality(lostPerMille: $0) } ?? .unknown, networkDelay: delay,
            lostPerMille: share ?? 0, receivedBitsPerSecond: rate)
    }

    private static func count(_ users: [ChannelDocument.User]) -> [Key: Counts] {
        var counts: [Key: Counts] = [:]
        for user in users {
            for track in user.tracks {
                guard let kind = Codec(rawValue: track.codec)?.kind else { continue }
                counts[Key(uid: user.uid, kind: kind), default: Counts()].add(track)
            }
        }
        return counts
    }
}
