import Bytes
import Codecs
import Elementary
import MP4
import Units
import WebM

/// What one track of a file holds, and when.
public struct TrackReport: Codable, Equatable, Sendable {
    public var number: Int
    /// `audio`, `video`, or what the file calls it.
    public var kind: String
    public var codec: String
    /// What a player calls it: the `codecs` parameter of a media type (RFC 6381).
    public var codecString: String?
    /// In pixels, as the first pictures are coded.
    public var width: Int?
    public var height: Int?
    /// What the file says of the numbers in pictures; nothing if it leaves that to the stream.
    public var colour: Colour?
    /// Width and height of a pixel, such as `4:3`; nothing if it is a square.
    public var pixelAspectRatio: String?
    /// By how many degrees players turn the pictures clockwise; nothing for sound, or if they are mirrored or slanted.
    public var rotationDegrees: Int?
    /// How many different sample entries the samples have; nothing in WebM, which has none.
    public var sampleEntryCount: Int?
    /// Where pictures become of another size or otherwise encoded, as far as the file's head says.
    public var formatChanges: [FormatChange] = []
    /// Whether pictures are decoded in another order than they are shown.
    public var isReordered = false
    public var channelCount: Int?
    public var sampleRate: Int?
    public var sampleCount = 0
    public var keyframeCount = 0
    public var byteCount = 0
    public var startMilliseconds = 0
    public var endMilliseconds = 0
    /// What most samples last, in microseconds.
    public var nominalMicroseconds = 0
    public var bitsPerSecond = 0
    /// Where a sample lasts more than one and a half times as long as most do.
    public var gaps: [Gap] = []

    /// A sample that was held.
    public struct Gap: Codable, Equatable, Sendable {
        public var atMilliseconds: Int
        /// From that sample to the next.
        public var milliseconds: Int
    }

    /// What the numbers of a picture mean as light, in the code points of ITU-T H.273.
    public struct Colour: Codable, Equatable, Sendable {
        public var primaries: Int
        public var transfer: Int
        public var matrix: Int
        public var isFullRange: Bool

        init(_ description: ColourDescription) {
            primaries = Int(description.primaries)
            transfer = Int(description.transfer)
            matrix = Int(description.matrix)
            isFullRange = description.isFullRange
        }
    }

    /// A sample with another entry than the one before.
    public struct FormatChange: Codable, Equatable, Sendable {
        public var atMilliseconds: Int
        public var width: Int
        public var height: Int
    }

    /// A sample's place in time, in nanoseconds of the file.
    struct Timing {
        var start: Int64
        var duration: Int64
    }

    init(_ track: MovieTrack) {
        number = Int(track.id)
        kind = track.handler == "vide" ? "video" : track.handler == "soun" ? "audio" : track.handler.description
        codec = track.format?.codec.rawValue ?? track.sampleEntry.description
        codecString = track.format?.codecString
        describe(track)
        if track.channelCount > 0 { (channelCount, sampleRate) = (track.channelCount, track.sampleRate) }
        keyframeCount = track.samples.count { $0.isKeyframe }
        byteCount = track.samples.reduce(0) { $0 + $1.byteCount }
        // From the origin, never from each other: rounded differences add up.
        let samples = track.samples.map {
            let start = Self.nanoseconds($0.presentationTicks, track.timescale)
            let end = Self.nanoseconds($0.presentationTicks + Int64($0.durationTicks), track.timescale)
            return Timing(start: start, duration: end - start)
        }
        isReordered = zip(samples, samples.dropFirst()).contains { $0.start > $1.start }
        measure(isReordered ? Self.inOrderShown(samples) : samples)
    }

    /// What entries and header say of pictures.
    private mutating func describe(_ track: MovieTrack) {
        // Ours repeat the first at the end, for players that look at the last.
        let used = Set(track.samples.map(\.entry))
        sampleEntryCount = used.count
        guard track.width > 0 else { return }
        (width, height) = (track.width, track.height)
        colour = track.entries.first?.colour.map(Colour.init)
        if let ratio = track.entries.first?.pixelAspectRatio, ratio.horizontal != ratio.vertical {
            pixelAspectRatio = "\(ratio.horizontal):\(ratio.vertical)"
        }
        rotationDegrees = track.rotation?.rawValue
        for (before, sample) in zip(track.samples, track.samples.dropFirst()) where sample.entry != before.entry {
            let entry = track.entries[Int(sample.entry)]
            let start = Self.nanoseconds(sample.presentationTicks, track.timescale)
            formatChanges.append(
                FormatChange(atMilliseconds: Self.milliseconds(start), width: entry.width, height: entry.height))
        }
    }

    /// In the order shown, each lasts until the next.
    private static func inOrderShown(_ samples: [Timing]) -> [Timing] {
        var sorted = samples.sorted { $0.start < $1.start }
        for index in sorted.indices.dropLast() {
            sorted[index].duration = sorted[index + 1].start - sorted[index].start
        }
        return sorted
    }

    init(_ track: WebMTrack) {
        number = track.number
        kind = track.kind?.rawValue ?? "other"
        codec = track.format?.codec.rawValue ?? track.codecID
        codecString = track.format.map { $0.codec == .vp8 ? "vp8" : $0.codecString }
        if track.width > 0 {
            (width, height) = (track.width, track.height)
            colour = track.colour.map(Colour.init)
            rotationDegrees = track.rotation?.rawValue
        }
        if track.channelCount > 0 { (channelCount, sampleRate) = (track.channelCount, track.sampleRate) }
        keyframeCount = track.samples.count { $0.isKeyframe }
        byteCount = track.samples.reduce(0) { $0 + $1.byteCount }
        measure(track.samples.map { Timing(start: $0.nanoseconds, duration: $0.durationNanoseconds) })
    }

    private static func nanoseconds(_ ticks: Int64, _ rate: ClockRate) -> Int64 {
        MediaTime(ticks: ticks, rate: rate).rescaled(to: ClockRate(1_000_000_000)).ticks
    }

    private mutating func measure(_ samples: [Timing]) {
        sampleCount = samples.count
        guard let first = samples.first, let last = samples.last else { return }
        let end = last.start + last.duration
        startMilliseconds = Self.milliseconds(first.start)
        endMilliseconds = Self.milliseconds(end)
        let length = Double(end - first.start) / 1e9
        bitsPerSecond = length > 0 ? Int(Double(byteCount) * 8 / length) : 0
        let durations = samples.map(\.duration).sorted()
        let nominal = durations[durations.count / 2]
        nominalMicroseconds = Int((nominal + 500) / 1000)
        // The last one has no next.
        for sample in samples.dropLast() where sample.duration * 2 > nominal * 3 {
            gaps.append(
                Gap(atMilliseconds: Self.milliseconds(sample.start), milliseconds: Self.milliseconds(sample.duration)))
        }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> Int { Int((Double(nanoseconds) / 1e6).rounded()) }
}

extension TrackReport {
    /// Walks over the packets of a raw AAC file; `stop` is where they end before the file does.
    static func readADTS(_ source: some ByteSource) -> (TrackReport, stop: Int?) {
        var position = 0
        var starts: [Timing] = []
        var packetBytes = 0
        var configuration: AAC.Configuration?
        var stop: Int?
        while position < source.byteCount {
            // 13 bits count the bytes of a packet.
            let bytes = source.read(at: position, count: 1 << 13)
            guard let packet = try? AAC.parseADTS(bytes.span) else {
                stop = position
                break
            }
            let rate = Int64(packet.configuration.sampleRate)
            let index = Int64(starts.count)
            let start = index * 1024 * 1_000_000_000 / rate
            starts.append(Timing(start: start, duration: (index + 1) * 1024 * 1_000_000_000 / rate - start))
            configuration = packet.configuration
            packetBytes += packet.packet.count
            position += packet.packet.upperBound
        }
        return (TrackReport(aac: configuration, byteCount: packetBytes, starts), stop)
    }

    private init(aac configuration: AAC.Configuration?, byteCount: Int, _ samples: [Timing]) {
        (number, kind, codec) = (1, "audio", Codec.aac.rawValue)
        (channelCount, sampleRate) = (configuration?.channelCount, configuration?.sampleRate)
        self.byteCount = byteCount
        keyframeCount = samples.count
        measure(samples)
    }
}

extension TrackReport {
    /// The frames of an MP3 file, one directly after the other; what only fills a decoder lasts no time.
    init(_ header: MP3.Header, _ found: MP3Mending) {
        (number, kind, codec) = (1, "audio", Codec.mp3.rawValue)
        codecString = codec
        (channelCount, sampleRate) = (header.channelCount, header.sampleRate)
        byteCount = found.foundByteCount
        keyframeCount = found.frameCount
        let rate = Int64(header.sampleRate)
        let places = (0...found.frameCount).map { number in
            let sample = max(0, number * header.sampleCount - found.leadCount)
            return Int64(min(sample, found.soundCount)) * 1_000_000_000 / rate
        }
        measure(zip(places, places.dropFirst()).map { Timing(start: $0, duration: $1 - $0) })
    }
}
