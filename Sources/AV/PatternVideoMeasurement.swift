public import Codecs
public import Pattern

/// What the pictures of a recorded pattern say.
public struct PatternVideoMeasurement: Equatable, Sendable {
    /// One picture of the file.
    public struct Seen: Equatable, Sendable {
        /// When it is shown.
        public var time: Duration
        /// Nothing if it could not be read.
        public var mark: PatternMark?
        /// Whether its upper band is white.
        public var isFlashing: Bool
        /// Its size as it is coded.
        public var size: PictureSize
        /// How far it must be turned to stand upright, as its mark tells; a picture without one is as the one before.
        ///
        /// What the file asks players to do is `PatternVideoMeasurement.rotation`, and changes nothing here.
        public var rotation: Rotation
    }

    /// FFmpeg's name for the codec.
    public var codecName: String
    /// The last picture's size.
    public var width: Int
    /// The last picture's size.
    public var height: Int
    /// How far the file asks players to turn all its pictures.
    public var rotation: Rotation
    /// From the first picture to the end of the last.
    public var duration: Duration = .zero
    /// As the container claims it.
    public var claimedDuration: Duration?
    /// Every picture, in the order shown.
    public var seen: [Seen] = []
    /// How many numbers were skipped, pictures that could not be read left aside.
    public var missingCount = 0
    /// How many pictures carry the number of the one before.
    public var repeatedCount = 0
    /// How many pictures have no mark that adds up.
    public var unreadableCount = 0
    /// How many step back by less than a second of pictures.
    public var disorderedCount = 0
    /// How often the numbers began again, as a looped source's do.
    public var restartCount = 0
    /// Whose pictures they are; more than one is somebody else's picture in this file.
    public var tags: Set<UInt16> = []
    /// When each flash began, or would have, had its first picture not been lost: the number tells.
    public var flashOnsets: [Duration] = []
    /// How far pictures are from an even pace, each run of numbers measured against its own median.
    public var pacing: Spread?
}

extension PatternVideoMeasurement {
    /// How often the size of the pictures changes from one to the next.
    public var resizeCount: Int { zip(seen, seen.dropFirst()).count { $0.size != $1.size } }

    /// How often the way the pictures are turned changes from one to the next.
    public var turnCount: Int { zip(seen, seen.dropFirst()).count { $0.rotation != $1.rotation } }

    /// How many pictures stand upright in a player that does what the file asks.
    public var uprightCount: Int { seen.count { $0.mark != nil && $0.rotation == rotation } }
}

/// Collects what pictures say, one after the other.
struct PatternWatcher {
    private var result: PatternVideoMeasurement
    private var reader: TurningReader
    private var lastMark: PatternMark?
    private var unreadableSinceMark = 0
    private var wasFlashing: Bool?
    /// By how much each picture of the present run is later than its number says.
    private var lateness: [Duration] = []
    private var deviations: [Duration] = []

    init(track: MediaTrack) {
        result = PatternVideoMeasurement(
            codecName: track.codecName, width: track.width, height: track.height, rotation: track.rotation)
        result.claimedDuration = track.duration
        reader = TurningReader(width: track.width, height: track.height)
    }

    mutating func see(_ luma: Span<UInt8>, width: Int, height: Int, stride: Int, at time: Duration) {
        if width != result.width || height != result.height {
            (result.width, result.height) = (width, height)
            reader.resize(width: width, height: height)
        }
        let reading = reader.read(luma, stride: stride)
        let size = PictureSize(width: width, height: height)
        result.seen.append(
            .init(
                time: time, mark: reading.mark, isFlashing: reading.isFlashing, size: size, rotation: reader.rotation))
        noteFlash(reading, at: time)
        guard let mark = reading.mark else {
            result.unreadableCount += 1
            unreadableSinceMark += 1
            return
        }
        noteNumber(mark)
        lateness.append(time - Self.due(mark))
    }

    private mutating func noteFlash(_ reading: PatternReader.Reading, at time: Duration) {
        defer { wasFlashing = reading.isFlashing }
        guard reading.isFlashing, wasFlashing != true else { return }
        if let mark = reading.mark, mark.framesPerSecond > 0 {
            let place = mark.number % UInt32(mark.framesPerSecond)
            result.flashOnsets.append(time - Self.due(PatternMark(number: place, like: mark)))
        } else if wasFlashing == false {
            result.flashOnsets.append(time)
        }
    }

    private mutating func noteNumber(_ mark: PatternMark) {
        result.tags.insert(mark.tag)
        defer {
            lastMark = mark
            unreadableSinceMark = 0
        }
        guard let lastMark else { return }
        let step = Int(mark.number) - Int(lastMark.number)
        if step == 0 {
            result.repeatedCount += 1
        } else if step > 0 {
            result.missingCount += max(step - 1 - unreadableSinceMark, 0)
        } else if step > -Int(mark.framesPerSecond) {
            result.disorderedCount += 1
        } else {
            result.restartCount += 1
            closeRun()
        }
    }

    /// Measures the pace of a run of numbers that has ended.
    private mutating func closeRun() {
        let median = lateness.sorted()[lateness.count / 2]
        deviations += lateness.map { $0 - median }
        lateness.removeAll(keepingCapacity: true)
    }

    func finished() -> PatternVideoMeasurement {
        var copy = self
        if !lateness.isEmpty { copy.closeRun() }
        copy.result.pacing = Spread(of: copy.deviations)
        guard let first = result.seen.first, let last = result.seen.last else { return copy.result }
        let one = PatternMark(number: 1, framesPerSecond: lastMark?.framesPerSecond ?? 0, tag: 0)
        copy.result.duration = last.time - first.time + Self.due(one)
        return copy.result
    }

    /// When a picture of this number was due, since the source began.
    private static func due(_ mark: PatternMark) -> Duration {
        guard mark.framesPerSecond > 0 else { return .zero }
        return .nanoseconds(Int64(mark.number) * 1_000_000_000 / Int64(mark.framesPerSecond))
    }
}

extension PatternMark {
    fileprivate init(number: UInt32, like other: PatternMark) {
        self.init(number: number, framesPerSecond: other.framesPerSecond, tag: other.tag)
    }
}
