import Channel
import Codecs
import Link
import Testing
import Units

/// What is wrong with a simulated peer and the network between it and the recorder.
struct SenderTrouble: Sendable, CustomTestStringConvertible {
    var name: String
    var seconds = 60.0
    var loss = 0.03
    var jitter = 0.050
    /// How fast the peer's sound card, camera clock and wall clock run beyond nominal.
    var audioDrift = 0.0
    var videoDrift = 0.0
    var wallDrift = 0.0
    /// When the first reports leave, and how far apart the later ones are on average.
    var firstAudioReport = 5.0
    var firstVideoReport = 2.5
    var audioReportInterval = 5.0
    var videoReportInterval = 1.0
    /// By how much a report's two clocks may disagree.
    var reportNoise = 0.003
    /// The peer sets its wall clock.
    var step: (at: Double, by: Double)?
    /// Sound is muted, and sends nothing, between these moments.
    var mute: Range<Double>?
    /// The microphone is taken away here: its ticks stand still for so long.
    var pause: (at: Double, length: Double)?
    var audioStart: UInt32 = 4_000_000_000
    var videoStart: UInt32 = 77

    var testDescription: String { name }
}

/// What the recorder's clock made of a call: for each picture, how far sound lies from it.
struct Agreement {
    /// Picture's time minus the time of sound captured at the same moment, in seconds, per picture.
    var errors: [(moment: Double, error: Double)] = []
    /// Whether any frame got a time that was not later than that of the frame before it.
    var isMonotonic = true
    /// How much longer the channel found the call than it was.
    var excessDuration = 0.0

    func percentile(_ share: Double, in range: Range<Double> = 0..<1e9) -> Double {
        let sizes = errors.filter { range.contains($0.moment) }.map { abs($0.error) }.sorted()
        return sizes.isEmpty ? 0 : sizes[min(sizes.count - 1, Int(Double(sizes.count) * share))]
    }
}

/// Plays a call through a `PeerClock`; every moment is in seconds of true time.
struct SimulatedSender {
    let trouble: SenderTrouble
    private var random: SeededGenerator
    private var timeline = PeerTimeline(origin: .ms(0))
    private var events: [Event] = []

    private enum Happening {
        case frame(isAudio: Bool, captured: Double, arrival: Double)
        case report(isAudio: Bool, ntp: NTPTime, ticks: Int64, arrival: Double)
    }

    private struct Event {
        /// When the recorder learns of it.
        var moment: Double
        var happening: Happening
    }

    init(_ trouble: SenderTrouble, seed: UInt64) {
        self.trouble = trouble
        random = SeededGenerator(seed: seed)
        planFrames(isAudio: true)
        planFrames(isAudio: false)
        planReports(isAudio: true)
        planReports(isAudio: false)
        events.sort { $0.moment < $1.moment }
    }

    private mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * random.fraction()
    }

    /// One packet's way: jitter, and a round trip or two more if it has to be repaired.
    private mutating func travel() -> Double {
        var time = 0.030 + uniform(0...trouble.jitter)
        while random.fraction() < trouble.loss { time += uniform(0.080...0.140) }
        return time
    }

    private mutating func planFrames(isAudio: Bool) {
        let interval = isAudio ? 0.020 : 1.0 / 30
        var captured = isAudio ? 0.013 : 0.040
        var released = 0.0
        while captured < trouble.seconds {
            defer { captured += interval }
            if isAudio, let mute = trouble.mute, mute.contains(captured) { continue }
            if isAudio, let pause = trouble.pause, (pause.at..<pause.at + pause.length).contains(captured) { continue }
            // A packet of sound leaves when its last sample is there; a picture when it is encoded.
            let departure = captured + (isAudio ? 0.025 : uniform(0.008...0.020))
            var arrival = 0.0
            for packet in 0..<(isAudio ? 1 : Int(uniform(1...4))) {
                arrival = max(arrival, departure + Double(packet) * 0.001 + travel())
            }
            // The reorder buffer lets nothing overtake.
            released = max(released, arrival)
            events.append(
                Event(
                    moment: released,
                    happening: .frame(isAudio: isAudio, captured: captured, arrival: arrival)))
        }
    }

    private mutating func planReports(isAudio: Bool) {
        var moment = isAudio ? trouble.firstAudioReport : trouble.firstVideoReport
        let interval = isAudio ? trouble.audioReportInterval : trouble.videoReportInterval
        while moment < trouble.seconds {
            let noisy = moment + uniform(-trouble.reportNoise...trouble.reportNoise)
            let report = Happening.report(
                isAudio: isAudio, ntp: wall(at: moment), ticks: ticks(isAudio: isAudio, at: noisy),
                arrival: moment + travel())
            events.append(Event(moment: moment + 0.040 + trouble.jitter, happening: report))
            moment += interval * uniform(0.5...1.5)
        }
    }

    private func wall(at moment: Double) -> NTPTime {
        var seconds = moment * (1 + trouble.wallDrift)
        if let step = trouble.step, moment >= step.at { seconds += step.by }
        return NTPTime(nanoseconds: 3_900_000_000_000_000_000 + Int64(seconds * 1e9))
    }

    private func ticks(isAudio: Bool, at moment: Double) -> Int64 {
        var moment = moment
        if isAudio, let pause = trouble.pause, moment > pause.at {
            moment = max(pause.at, moment - pause.length)
        }
        let start = Double(isAudio ? trouble.audioStart : trouble.videoStart)
        let rate = isAudio ? 48_000 * (1 + trouble.audioDrift) : 90_000 * (1 + trouble.videoDrift)
        return Int64(start + moment * rate + 0.5)
    }

    /// Runs the call to its end.
    mutating func run() -> Agreement {
        let audio = timeline.addTrack(rate: .opus)
        let video = timeline.addTrack(rate: .video)
        var captured: [[Double]] = [[], []]
        var places: [[(captured: Double, place: Double)]] = [[], []]
        var agreement = Agreement()
        for event in events {
            receive(event, audio: audio, video: video, captured: &captured)
            while let placed = timeline.next(at: Instant(nanoseconds: Int64(event.moment * 1e9))) {
                let place = Double(placed.time.nanoseconds) / 1e9
                if let last = places[placed.track].last, last.place >= place { agreement.isMonotonic = false }
                places[placed.track].append((captured[placed.track][places[placed.track].count], place))
            }
        }
        agreement.errors = Self.compare(pictures: places[video], sound: places[audio])
        if let first = places[video].first, let last = places[video].last {
            agreement.excessDuration = last.place - first.place - (last.captured - first.captured)
        }
        return agreement
    }

    private mutating func receive(_ event: Event, audio: Int, video: Int, captured: inout [[Double]]) {
        switch event.happening {
        case .frame(let isAudio, let moment, let arrival):
            let frame = Frame(
                codec: isAudio ? .opus : .h264, ticks: ticks(isAudio: isAudio, at: moment), isKeyframe: true,
                bytes: [], arrival: Instant(nanoseconds: Int64(arrival * 1e9)))
            captured[isAudio ? audio : video].append(moment)
            timeline.receive(frame, track: isAudio ? audio : video)
        case .report(let isAudio, let ntp, let ticks, let arrival):
            timeline.noteReport(
                track: isAudio ? audio : video, wall: ntp, ticks: ticks,
                at: Instant(nanoseconds: Int64(arrival * 1e9)))
        }
    }

    /// Pictures against the sound around them; none where there is no sound within a second.
    private static func compare(
        pictures: [(captured: Double, place: Double)], sound: [(captured: Double, place: Double)]
    ) -> [(moment: Double, error: Double)] {
        var errors: [(moment: Double, error: Double)] = []
        var index = 0
        for picture in pictures {
            while index + 1 < sound.count, sound[index + 1].captured <= picture.captured { index += 1 }
            guard index + 1 < sound.count, sound[index].captured <= picture.captured else { continue }
            let (before, after) = (sound[index], sound[index + 1])
            guard after.captured - before.captured < 0.5 else { continue }
            let share = (picture.captured - before.captured) / (after.captured - before.captured)
            errors.append((picture.captured, picture.place - (before.place + share * (after.place - before.place))))
        }
        return errors
    }
}
