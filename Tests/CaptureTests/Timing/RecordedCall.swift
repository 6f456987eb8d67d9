import Bytes
import Capture
import Channel
import Codecs
import Link
import Units

/// A call from camera and microphone to a file, in virtual time: a lossy link, repairs, clocks, sound path, take.
///
/// The truth is known of everything: each sample of the file says which frame it came from.
struct RecordedCall {
    /// The recorder looks after everything so often.
    private static let step = 0.005
    private static let wallOrigin: Int64 = 3_900_000_000_000_000_000

    let conditions: CallConditions
    let streams: [SimulatedStream]
    private(set) var take: Take
    private(set) var file = MemoryFile()
    /// Where each frame of either stream lies in the file, in nanoseconds of the channel; nothing if it does not.
    private(set) var places: [[Int64?]] = [[], []]
    /// How many samples of the file had a decode time that was not later than that of the one before.
    private(set) var backwardCount = 0

    private var random: SeededGenerator
    private var link: LossyLink
    private var receivers: [RepairingReceiver]
    private var timeline = PeerTimeline(origin: .ms(0))
    private var sound: SimulatedSoundPath
    private var nextFrame = [0, 0]
    private var sequences = [0, 0]
    private var nextReport = [3.0, 0.7]
    /// The packets of each stream that may be asked for again, the newest last.
    private var history: [[SimulatedPacket]] = [[], []]
    private var reports: [(arrival: Double, stream: Int, wall: NTPTime, ticks: Int64)] = []
    private var lastPicture: Int64 = .min
    /// How far the call is, and in the end when the file was closed.
    private(set) var now = 0.0

    init?(_ conditions: CallConditions, seed: UInt64) {
        guard let take = Fixtures.take(video: .h264, audio: conditions.keepsPackets ? Fixtures.opus : Fixtures.aac)
        else { return nil }
        self.conditions = conditions
        self.take = take
        random = SeededGenerator(seed: seed)
        link = LossyLink(conditions.link, seed: seed &+ 1)
        // Near the end of 32 bits, so that most calls see them wrap.
        streams = [
            SimulatedStream(isSound: true, drift: conditions.soundDrift, firstTicks: (1 << 32) - 5_000_000),
            SimulatedStream(isSound: false, drift: conditions.pictureDrift, firstTicks: (1 << 32) - 70_000_000),
        ]
        let roundTrip = Double(conditions.link.delay.wholeMilliseconds * 2) / 1_000 + 0.05
        receivers = streams.map {
            RepairingReceiver(roundTrip: roundTrip, asks: !$0.isSound || conditions.repairsSound)
        }
        sound = SimulatedSoundPath(keepsPackets: conditions.keepsPackets)
        for stream in streams { _ = timeline.addTrack(rate: stream.rate) }
    }

    var clock: PeerClock { timeline.clock }

    mutating func run() {
        var nextAdvance = 0.1
        while now < conditions.seconds {
            now += Self.step
            for stream in 0..<2 { send(stream, until: now) }
            receive(until: now)
            for stream in 0..<2 { deliver(stream, at: now) }
            place(at: now)
            if now >= nextAdvance {
                nextAdvance += 0.1
                sound.advance(to: Self.time(now))
                pump()
                take.advance(to: Self.time(now))
            }
        }
        place(at: now + 1)
        sound.finish(at: Self.time(now))
        pump()
        take.finish(at: Self.time(now))
        pump()
    }

    private static func time(_ seconds: Double) -> ChannelTime { ChannelTime(nanoseconds: Int64(seconds * 1e9)) }
    private static func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }
}

// The sender, and the network.
extension RecordedCall {
    private mutating func send(_ stream: Int, until now: Double) {
        let source = streams[stream]
        while true {
            let captured = source.captured(nextFrame[stream])
            let moment = captured + source.latency
            guard moment <= now else { break }
            defer { nextFrame[stream] += 1 }
            if source.isSound, let mute = conditions.mute, mute.contains(captured) { continue }
            let encoding = source.isSound ? 0 : random.fraction() * 0.010
            let count = source.isSound ? 1 : Int.random(in: 1...3, using: &random)
            for packet in 1...count {
                sendPacket(
                    SimulatedPacket(
                        stream: stream, sequence: sequences[stream], frame: nextFrame[stream], isLast: packet == count),
                    at: moment + encoding)
            }
        }
        while nextReport[stream] <= now {
            report(stream, at: nextReport[stream])
            nextReport[stream] += (source.isSound ? 5 : 1) * (0.5 + random.fraction())
        }
    }

    private mutating func sendPacket(_ packet: SimulatedPacket, at moment: Double) {
        sequences[packet.stream] += 1
        history[packet.stream].append(packet)
        if history[packet.stream].count > 600 { history[packet.stream].removeFirst(300) }
        link.send(packet.bytes, at: Self.instant(moment))
    }

    /// Reports go the same way as packets, but nobody asks for them again.
    private mutating func report(_ stream: Int, at moment: Double) {
        guard random.fraction() >= conditions.link.loss else { return }
        let seconds = moment * (1 + conditions.wallDrift)
        let noise = (random.fraction() * 2 - 1) * conditions.reportNoise
        let path = conditions.link
        let travel = Double(path.delay.wholeMilliseconds) + Double(path.jitter.wholeMilliseconds) * random.fraction()
        reports.append(
            (
                moment + travel / 1_000, stream, NTPTime(nanoseconds: Self.wallOrigin + Int64(seconds * 1e9)),
                streams[stream].ticks(at: moment + noise)
            ))
    }
}

// The recorder.
extension RecordedCall {
    private mutating func receive(until now: Double) {
        while let arrival = link.nextArrival, arrival <= Self.instant(now), let bytes = link.next(at: arrival) {
            let packet = SimulatedPacket(bytes)
            receivers[packet.stream].receive(packet, at: Double(arrival.nanoseconds) / 1e9)
        }
        while let index = reports.firstIndex(where: { $0.arrival <= now }) {
            let report = reports.remove(at: index)
            timeline.noteReport(
                track: report.stream, wall: report.wall, ticks: report.ticks, at: Self.instant(report.arrival))
        }
    }

    private mutating func deliver(_ stream: Int, at now: Double) {
        let (source, back) = (streams[stream], Double(conditions.link.delay.wholeMilliseconds) / 1_000)
        for sequence in receivers[stream].requests(at: now) {
            guard let oldest = history[stream].first?.sequence, sequence >= oldest else { continue }
            link.send(history[stream][sequence - oldest].bytes, at: Self.instant(now + back))
        }
        while let whole = receivers[stream].nextFrame(at: now) {
            timeline.receive(
                Frame(
                    codec: source.isSound ? .opus : .h264, ticks: source.ticks(at: source.captured(whole.frame)),
                    isKeyframe: true, bytes: SimulatedSoundPath.packet(whole.frame),
                    arrival: Self.instant(whole.arrival)), track: stream)
        }
    }

    private mutating func place(at now: Double) {
        while let placed = timeline.next(at: Self.instant(now)) {
            let number = SimulatedSoundPath.frame(of: placed.frame.bytes)
            guard streams[placed.track].isSound else {
                picture(number, at: placed.time)
                continue
            }
            sound.push(number, at: placed.time)
            pump()
        }
    }

    /// The first picture is a keyframe, and so is one in ten seconds.
    private mutating func picture(_ number: Int, at time: ChannelTime) {
        let before = take.counters.videoSampleCount
        take.video(before == 0 || number % 300 == 0 ? Fixtures.h264Key() : Fixtures.h264(), at: time)
        guard take.counters.videoSampleCount > before else { return }
        if time.nanoseconds <= lastPicture { backwardCount += 1 }
        lastPicture = time.nanoseconds
        note(number, 1, at: time.nanoseconds)
    }

    private mutating func pump() {
        while let packet = sound.nextPacket() { take.audio(packet) }
        for place in sound.takePlaces() {
            note(place.frame, 0, at: ChannelTime(audioPosition: place.position).nanoseconds)
        }
        file.perform(&take)
    }

    private mutating func note(_ number: Int, _ stream: Int, at time: Int64) {
        if places[stream].count <= number {
            places[stream].append(contentsOf: repeatElement(nil, count: number + 1 - places[stream].count))
        }
        places[stream][number] = time
    }
}
