import Capture
import Channel
import Link
import Testing
import Units

/// What a file made of a call, beside what the call was; in seconds.
struct RecordedCallResult {
    /// Of 99 % and of half of the pictures, how far the sound of their moment lies from them at most.
    var skew99: Double
    var skew50: Double
    /// By how much the file's length differs from the call's.
    var excessDuration: Double
    /// By how much the distance between first and last frame differs from the true one, for either stream.
    var excessSpans: [Double]
    /// The share of frames that are in the file.
    var shares: [Double]
    /// Samples with a decode time that is not later than the one before, as they came and in the file.
    var backwardCount: Int
    var trackEnds: [Double]

    /// Plays a call and prints what came of it.
    init(_ conditions: CallConditions, seed: UInt64) throws {
        var call = try #require(RecordedCall(conditions, seed: seed))
        call.run()
        let skews = Self.skews(of: call).sorted()
        skew50 = skews[skews.count / 2]
        skew99 = skews[skews.count * 99 / 100]
        // On the best way, what is captured at 0 arrives when the promptest stream's latency and the path are over.
        let path = Double(conditions.link.delay.wholeMilliseconds) / 1_000
        let promptest = path + (call.streams.map(\.latency).min() ?? 0)
        let origin = Double(try #require(call.take.origin).nanoseconds) / 1e9
        let first = try #require(Self.firstCaptured(of: call, from: origin))
        excessDuration = first + promptest - origin
        excessSpans = [0, 1].map { Self.excessSpan(of: $0, in: call) }
        shares = [0, 1].map { stream in
            let there = call.places[stream].count { $0 != nil }
            return Double(there) / (conditions.seconds / call.streams[stream].interval)
        }
        let movie = MovieProbe(call.file.bytes)
        backwardCount = call.backwardCount
        trackEnds = []
        for track in movie.tracks.values {
            let times = track.fragmented
            backwardCount += zip(times, times.dropFirst()).count { $0.time >= $1.time }
            let rate = track.handler == "vide" ? 90_000.0 : 48_000
            let end = Double((times.first?.time ?? 0) + track.durations.reduce(0, +)) / rate
            trackEnds.append(origin + end - call.now)
        }
        report(conditions, seed, call)
    }

    /// Whether the file runs forward and both of its tracks end when the call did, to the frame.
    var isOrderly: Bool {
        backwardCount == 0 && trackEnds.count == 2 && trackEnds.allSatisfy { abs($0) <= 1.0 / 30 }
    }

    private func report(_ conditions: CallConditions, _ seed: UInt64, _ call: RecordedCall) {
        let measured = call.clock.measurements
        let drifts = measured.tracks.map { $0.drift.map { "\(Int($0))" } ?? "?" }.joined(separator: " and ")
        let lengths = ([excessDuration] + excessSpans + trackEnds).map(Self.milliseconds).joined(separator: ", ")
        print(
            "\(conditions.name), seed \(seed), \(Int(conditions.seconds)) s: skew p50 \(Self.milliseconds(skew50)), p99",
            "\(Self.milliseconds(skew99)); lengths off by \(lengths); measured \(drifts) ppm, skew p99",
            "\(measured.skew.map { "\($0.percentile99.wholeMilliseconds)" } ?? "?") ms; in the file",
            "\(shares.map { "\(Int($0 * 1_000))" }.joined(separator: " and ")) of 1000")
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(Double(Int(seconds * 10_000)) / 10) ms" }

    /// When the first frame of the file was captured.
    private static func firstCaptured(of call: RecordedCall, from origin: Double) -> Double? {
        call.streams.indices.compactMap { stream in
            call.places[stream].firstIndex { $0.map { Double($0) / 1e9 >= origin - 1e-6 } ?? false }
                .map { call.streams[stream].captured($0) }
        }.min()
    }

    private static func excessSpan(of stream: Int, in call: RecordedCall) -> Double {
        let places = call.places[stream]
        guard let first = places.firstIndex(where: { $0 != nil }), let last = places.lastIndex(where: { $0 != nil }),
            let begin = places[first], let end = places[last]
        else { return .infinity }
        return Double(end - begin) / 1e9 - (call.streams[stream].captured(last) - call.streams[stream].captured(first))
    }

    /// Pictures against the sound on both sides of them.
    private static func skews(of call: RecordedCall) -> [Double] {
        let (sound, pictures) = (call.streams[0], call.streams[1])
        var skews: [Double] = []
        for (number, place) in call.places[1].enumerated() {
            let moment = pictures.captured(number)
            let before = Int((moment - sound.captured(0)) / sound.interval)
            guard let place, before >= 0, before + 1 < call.places[0].count else { continue }
            guard let left = call.places[0][before], let right = call.places[0][before + 1] else { continue }
            let share = (moment - sound.captured(before)) / sound.interval
            skews.append(abs(Double(place - left) - Double(right - left) * share) / 1e9)
        }
        return skews
    }
}
