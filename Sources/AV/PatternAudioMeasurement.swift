import Pattern

/// What the sound of a recorded pattern says.
public struct PatternAudioMeasurement: Equatable, Sendable {
    /// FFmpeg's name for the codec.
    public var codecName: String
    /// As the container says, in samples a second.
    public var sampleRate: Int
    /// As the container says.
    public var channelCount: Int
    /// When the first sample is heard.
    public var start: Duration = .zero
    /// From the first sample to the last, gaps included.
    public var duration: Duration = .zero
    /// As the container claims it.
    public var claimedDuration: Duration?
    /// When each beep began, to the sample; one that already sounds at the start has no beginning.
    public var beepOnsets: [Duration] = []
    /// How often times jump by more than 20 ms against the samples that came.
    public var gapCount = 0
}

/// Collects what sound says, one stretch after the other.
struct PatternListener {
    /// Times that stray less from the count of samples, one millisecond, are a container's rounding.
    private static let tolerance: Int64 = 48
    /// Times that stray more, 20 ms, are a gap to be heard as silence.
    private static let gap: Int64 = 960
    /// No more silence than this is listened to: a beep is long over.
    private static let longestSilence: Int64 = 48_000

    private var result: PatternAudioMeasurement
    private var detector = BeepDetector()
    /// From which sample heard on, the file's samples are so many places further.
    private var anchors: [(heard: Int64, ahead: Int64)] = []
    private var onsets: [Int64] = []
    private var scratch: [Float] = []

    init(track: MediaTrack) {
        result = PatternAudioMeasurement(
            codecName: track.codecName, sampleRate: track.sampleRate, channelCount: track.channelCount)
        result.claimedDuration = track.duration
    }

    mutating func hear(_ samples: [Int16], at time: Duration) {
        let place = Self.place(of: time)
        let stray = anchors.last.map { place - detector.nextPlace - $0.ahead }
        if let stray, stray > Self.gap {
            let silence = [Float](repeating: 0, count: Int(min(stray, Self.longestSilence)))
            detector.listen(to: silence, onsets: &onsets)
        }
        if let stray, abs(stray) > Self.gap { result.gapCount += 1 }
        if stray.map({ abs($0) > Self.tolerance }) ?? true {
            anchors.append((detector.nextPlace, place - detector.nextPlace))
        }
        scratch.removeAll(keepingCapacity: true)
        for sample in samples { scratch.append(Float(sample) / 32_768) }
        detector.listen(to: scratch, onsets: &onsets)
    }

    func finished() -> PatternAudioMeasurement {
        var result = result
        guard let first = anchors.first, let last = anchors.last else { return result }
        result.start = Self.time(of: first.heard + first.ahead)
        result.duration = Self.time(of: detector.nextPlace + last.ahead) - result.start
        var anchor = 0
        for onset in onsets {
            while anchor + 1 < anchors.count, anchors[anchor + 1].heard <= onset { anchor += 1 }
            result.beepOnsets.append(Self.time(of: onset + anchors[anchor].ahead))
        }
        return result
    }

    private static func place(of time: Duration) -> Int64 {
        let (seconds, attoseconds) = time.components
        return seconds * 48_000 + (attoseconds / 1_000_000_000 * 48 + 500_000) / 1_000_000
    }

    private static func time(of place: Int64) -> Duration { .nanoseconds(place * 1_000_000 / 48) }
}
