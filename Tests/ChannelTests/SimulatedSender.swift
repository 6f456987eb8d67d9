import Channel
import Codecs
import Link
import Units

/// What the recorder's clock made of a call: for each picture, how far sound lies from it.
struct Agreement {
    /// Picture's time minus the time of sound captured at the same moment, in seconds, per picture.
    var errors: [(moment: Double, error: Double)] = []
    /// Whether any frame got a time that was not later than that of the frame before it.
    var isMonotonic = true
    /// How much longer the channel found the call than it was.
    var excessDuration = 0.0
    /// Where each picture was placed, beside when it was captured.
    var pictures: [Placement] = []
    var measurements: ClockMeasurements

    struct Placement {
        var captured: Double
        var place: Double
    }

    func percentile(_ share: Double, in range: Range<Double> = 0..<1e9) -> Double {
        let sizes = errors.filter { range.contains($0.moment) }.map { abs($0.error) }.sorted()
        return sizes.isEmpty ? 0 : sizes[min(sizes.count - 1, Int(Double(sizes.count) * share))]
    }

    /// How much later than captured the pictures of a while were placed, on average.
    func lateness(in range: Range<Double>) -> Double {
        let some = pictures.filter { range.contains($0.captured) }
        return some.reduce(0) { $0 + $1.place - $1.captured } / Double(max(1, some.count))
    }
}

/// Plays a call through a `PeerTimeline`; every moment is in seconds of true time.
struct SimulatedSender {
    static let wallOrigin: Int64 = 3_900_000_000_000_000_000

    let trouble: SenderTrouble
    /// When the call began on the channel's timeline.
    let begin: Double
    private var random: SeededGenerator
    private var timeline = PeerTimeline(origin: .ms(0))
    private var events: [Event] = []
    private var hasNewCamera = false

    private enum Stream: Int, CaseIterable {
        case audio, video, secondVideo

        var rate: ClockRate { self == .audio ? .opus : .video }
    }

    private enum Happening {
        case frame(Stream, captured: Double, arrival: Double, captureTime: NTPTime?)
        case report(Stream, ntp: NTPTime, ticks: Int64, arrival: Double)
    }

    private struct Event {
        /// When the recorder learns of it.
        var moment: Double
        var happening: Happening
    }

    init(_ trouble: SenderTrouble, seed: UInt64, begin: Double = 0) {
        self.trouble = trouble
        self.begin = begin
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

    private func stream(isAudio: Bool, at moment: Double) -> Stream {
        isAudio ? .audio : moment >= trouble.newCamera ?? 1e9 ? .secondVideo : .video
    }

    private mutating func planFrames(isAudio: Bool) {
        let interval = isAudio ? trouble.audioInterval : 1.0 / 30
        var captured = isAudio ? 0.013 : 0.040
        var released = 0.0
        var number = 0
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
            number += 1
            let tells = trouble.captureTimeInterval.map { number % $0 == 0 } ?? false
            events.append(
                Event(
                    moment: released,
                    happening: .frame(
                        stream(isAudio: isAudio, at: captured), captured: captured, arrival: arrival,
                        captureTime: tells ? wall(at: captured) : nil)))
        }
    }

    private mutating func planReports(isAudio: Bool) {
        var moment = isAudio ? trouble.firstAudioReport : trouble.firstVideoReport
        if trouble.reportsBeforeFrames { moment = 0.001 }
        let interval = isAudio ? trouble.audioReportInterval : trouble.videoReportInterval
        while moment < min(trouble.seconds, trouble.lastReport) {
            let noisy = moment + uniform(-trouble.reportNoise...trouble.reportNoise)
            let stream = stream(isAudio: isAudio, at: moment)
            let isWrong = random.fraction() < trouble.wrongReports
            let report = Happening.report(
                stream, ntp: wall(at: moment + (isWrong ? uniform(-7_200...7_200) : 0)),
                ticks: ticks(stream, at: noisy),
                arrival: moment + travel())
            let delay = trouble.reportsBeforeFrames && moment < 0.01 ? 0.010 : 0.040 + trouble.jitter
            events.append(Event(moment: moment + delay, happening: report))
            moment += interval * uniform(0.5...1.5)
        }
    }

    private func wall(at moment: Double) -> NTPTime {
        var seconds = moment * (1 + trouble.wallDrift)
        if let step = trouble.step, moment >= step.at { seconds += step.by }
        return NTPTime(nanoseconds: Self.wallOrigin + Int64(seconds * 1e9))
    }

    private func ticks(_ stream: Stream, at moment: Double) -> Int64 {
        var moment = moment
        if stream == .audio, let pause = trouble.pause, moment > pause.at {
            moment = max(pause.at, moment - pause.length)
        }
        let drift = stream == .audio ? trouble.audioDrift : trouble.videoDrift
        let start: UInt32 =
            switch stream {
            case .audio: trouble.audioStart
            case .video: trouble.videoStart
            case .secondVideo: 3_000_000_000
            }
        return Int64(Double(start) + moment * Double(stream.rate.ticksPerSecond) * (1 + drift) + 0.5)
    }

    /// Runs the call to its end.
    mutating func run() -> Agreement {
        let numbers = Stream.allCases.map { timeline.addTrack(rate: $0.rate) }
        var captured: [[Double]] = [[], []]
        var places: [[Agreement.Placement]] = [[], []]
        var agreement = Agreement(measurements: timeline.clock.measurements)
        for event in events {
            receive(event, numbers, captured: &captured)
            while let placed = timeline.next(at: instant(event.moment)) {
                let kind = min(1, placed.track)
                let place = Double(placed.time.nanoseconds) / 1e9 - begin
                if let last = places[kind].last, last.place >= place { agreement.isMonotonic = false }
                places[kind].append(.init(captured: captured[kind][places[kind].count], place: place))
            }
        }
        agreement.errors = Self.compare(pictures: places[1], sound: places[0])
        agreement.pictures = places[1]
        agreement.measurements = timeline.clock.measurements
        if let first = places[1].first, let last = places[1].last {
            agreement.excessDuration = last.place - first.place - (last.captured - first.captured)
        }
        return agreement
    }

    private func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64((begin + seconds) * 1e9)) }

    private mutating func receive(_ event: Event, _ numbers: [Int], captured: inout [[Double]]) {
        switch event.happening {
        case .frame(let stream, let moment, let arrival, let captureTime):
            var frame = Frame(
                codec: stream == .audio ? .opus : .h264, ticks: ticks(stream, at: moment), isKeyframe: true,
                bytes: [], arrival: instant(arrival))
            frame.captureTime = captureTime
            captured[min(1, stream.rawValue)].append(moment)
            let takesOver = stream == .secondVideo && !hasNewCamera
            hasNewCamera = hasNewCamera || takesOver
            timeline.receive(
                frame, track: numbers[stream.rawValue],
                takingOverFrom: takesOver ? numbers[Stream.video.rawValue] : nil)
        case .report(let stream, let ntp, let ticks, let arrival):
            timeline.noteReport(track: numbers[stream.rawValue], wall: ntp, ticks: ticks, at: instant(arrival))
        }
    }

    /// Pictures against the sound around them; none where there is no sound within a second.
    private static func compare(
        pictures: [Agreement.Placement], sound: [Agreement.Placement]
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
