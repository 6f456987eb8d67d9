public import Bytes
public import Codecs
public import Units

/// Writes a WebM file that plays at any instant while it grows, and seeks once finished.
///
/// While recording: a segment of unknown size, its duration so far, tracks, and clusters that are each written whole.
/// Finishing appends the cues, then fills in what was left open at the head: where the cues are, where the segment
/// ends. Holds no file: after each call, perform `nextWrite()` until
/// it returns nil. Whatever prefix of those writes reached the disk plays, up to its last cluster.
public struct WebMWriter: Sendable {
    /// Room after the first `Tracks` for those that nobody thought of when the file began.
    ///
    /// A track takes about 80 bytes, and some 50 more if its colour is told or it is turned.
    static let headRoom = 2048

    /// Room for the cues is kept in steps: a keyframe takes 32 bytes at the most.
    static let reservationStep = 16 << 10

    /// The most payload a cluster holds before it is cut without being asked.
    static let maximumClusterPayload = 64 << 20

    /// A block's time is 16 bits, signed, from its cluster's (RFC 9559 §10.2).
    static let maximumClusterMilliseconds: Int64 = 30_000

    private let dateNanosecondsSince2001: Int64
    private var tracks: [OutputTrack] = []
    private var head: SegmentHead?
    private var blocks: [OpenBlock] = []
    private var payload: [UInt8] = []
    private var openSpan: Range<Int64>?
    private var cues = CueIndex()
    private var isFinished = false
    /// How much room for the cues was asked for last.
    private var reservedByteCount = 0
    private var writes: [FileWrite] = []

    /// How long the file is once all writes are performed.
    public private(set) var byteCount = 0

    /// Starts a file made at a moment of the wall clock, in milliseconds since 1970.
    public init(createdAtUnixMilliseconds creation: Int64) {
        // RFC 8794 §7.6: dates count from 2001.
        dateNanosecondsSince2001 = (creation - 978_307_200_000) * 1_000_000
    }

    /// The next thing to do to the file; nil if there is nothing to do yet.
    public mutating func nextWrite() -> FileWrite? { writes.isEmpty ? nil : writes.removeFirst() }

    /// Adds a track, which may come long after others, and returns its number for `append`.
    ///
    /// Players turn its pictures by `rotation`, clockwise.
    /// - Precondition: `hasRoom(for:)`, and the codec is VP8, VP9, AV1 or Opus.
    public mutating func addTrack(
        _ format: TrackFormat, timescale: ClockRate, rotation: Rotation = .none
    ) -> Int {
        precondition(!isFinished, "a finished file takes no more tracks")
        precondition(hasRoom(for: format), "the head has room for the track")
        tracks.append(
            OutputTrack(number: tracks.count + 1, format: format, timescale: timescale, rotation: rotation))
        return tracks.count - 1
    }

    /// Says what a track's samples are from the next one on; false if this file cannot hold that.
    ///
    /// Pictures may change in everything but their codec.
    public mutating func changeFormat(_ format: TrackFormat, track: Int) -> Bool {
        precondition(!isFinished, "a finished file changes no more")
        return tracks[track].changeFormat(to: format)
    }

    /// Whether another track can still join this file.
    ///
    /// Always true before the first cluster, and of any sensible second track after it.
    public func hasRoom(for format: TrackFormat) -> Bool {
        guard let head else { return true }
        // Turned, since that takes more room.
        let other = OutputTrack(number: tracks.count + 1, format: format, timescale: .video, rotation: .half)
        let more = tracks + [other]
        return head.hasRoom(for: Self.coming(of: more))
    }

    /// Adds a sample to the open cluster; each track's decode times grow strictly.
    public mutating func append(_ sample: Sample, track: Int) {
        precondition(!isFinished, "a finished file takes no more samples")
        tracks[track].note(sample)
        let start = tracks[track].nanoseconds(sample.decodeTicks)
        let isTooMuch = payload.count + sample.bytes.count > Self.maximumClusterPayload
        let isTooLong = openSpan.map { abs(start - $0.lowerBound) > Self.maximumClusterMilliseconds * 1_000_000 }
        if isTooMuch || isTooLong == true { cutFragment() }

        let end = tracks[track].end
        openSpan = min(openSpan?.lowerBound ?? start, start)..<max(openSpan?.upperBound ?? end, end)
        let place = payload.count..<payload.count + sample.bytes.count
        payload.append(contentsOf: sample.bytes)
        blocks.append(
            OpenBlock(
                track: track, milliseconds: tracks[track].place(sample.decodeTicks),
                isKeyframe: sample.isKeyframe, bytes: place))
    }

    /// Lets the last sample of a track last until `ticks` after all, where nothing followed it.
    public mutating func holdLast(track: Int, until ticks: Int64) {
        precondition(!isFinished, "a finished file changes no more")
        tracks[track].holdLast(until: ticks)
    }

    /// How many bytes of samples the open cluster holds.
    public var openPayloadByteCount: Int { payload.count }

    /// How much of the timeline the open cluster covers; zero if it is empty.
    public var openFragmentDuration: Duration {
        .nanoseconds(openSpan.map { $0.upperBound - $0.lowerBound } ?? 0)
    }

    /// Closes the open cluster and hands it out to be written; does nothing if it is empty.
    public mutating func cutFragment() {
        guard let start = blocks.map(\.milliseconds).min() else { return }
        var writer = ElementWriter()
        writer.reserve(payload.count + blocks.count * 16 + Self.headRoom * 2)
        let isFirst = head == nil
        let head = announceTracks(&writer)
        let segmentContent = head.segmentContent
        // Players want blocks in the order of time; callers bring them track by track.
        blocks.sort { ($0.milliseconds, $0.bytes.lowerBound) < ($1.milliseconds, $1.bytes.lowerBound) }
        let place = writer.bytes.count
        writeCluster(start: start, to: &writer)
        let cluster = byteCount + place + tellZeros(from: place, &writer) - segmentContent
        for block in blocks where block.isKeyframe {
            cues.add(milliseconds: block.milliseconds, track: block.track + 1, cluster: cluster)
        }
        blocks.removeAll(keepingCapacity: true)
        payload.removeAll(keepingCapacity: true)
        openSpan = nil
        for index in tracks.indices { tracks[index].isOpen = false }
        if cues.byteCount >= reservedByteCount {
            reservedByteCount += Self.reservationStep
            writes.append(.reserve(reservedByteCount))
        }
        append(writer.bytes)
        // Nothing depends on it but what players show, so it needs no order on the disk.
        if !isFirst { overwrite(head.duration(milliseconds: durationMilliseconds)) }
    }

    /// Tells a repair, before a cluster, which of its sectors are zeros by themselves; returns how much that takes.
    ///
    /// All others that it finds to be zeros were lost with the power. Hardly any cluster has such sectors.
    private func tellZeros(from start: Int, _ writer: inout ElementWriter) -> Int {
        guard !SectorZeros(of: writer.bytes.span.extracting(start...), at: byteCount + start).isEmpty else { return 0 }
        var note = ElementWriter()
        note.element(.void, SectorZeros().encoded)
        let count = note.bytes.count
        // They are others where the cluster now comes to lie.
        let zeros = SectorZeros(of: writer.bytes.span.extracting(start...), at: byteCount + start + count)
        note = ElementWriter()
        note.element(.void, zeros.encoded)
        writer.insert(note.bytes, at: start)
        return count
    }

    /// Makes the file seekable; nothing may follow but taking the writes.
    ///
    /// A file without a single sample stays empty.
    public mutating func finish() {
        precondition(!isFinished, "a file is finished once")
        cutFragment()
        isFinished = true
        guard let head else { return }
        let cuesOffset = byteCount
        var writer = ElementWriter()
        writer.reserve(cues.byteCount)
        let named = tracks.filter(\.isAnnounced)
        let cued = named.first(where: \.isVideo) ?? named.first
        cues.write(track: cued?.number ?? 1, to: &writer)
        writes.append(.reserve(0))
        append(writer.bytes)
        let seekHead = head.seekHead(cues: cuesOffset)
        // Harmless wherever a crash leaves them: a number nothing depends on, and the body of a void.
        overwrite(head.duration(milliseconds: durationMilliseconds))
        overwrite(seekHead.body)
        writes.append(.sync)
        overwrite(seekHead.header)
        overwrite(head.segmentSize(upTo: byteCount))
        writes.append(.sync)
    }

    /// How long the file plays, the open cluster included.
    private var durationMilliseconds: Double { Double(tracks.map(\.end).max() ?? 0) / 1_000_000 }

    private mutating func append(_ bytes: [UInt8]) {
        byteCount += bytes.count
        writes.append(.append(bytes))
    }

    private mutating func overwrite(_ replacement: SegmentHead.Replacement) {
        writes.append(.overwrite(at: replacement.offset, replacement.bytes))
    }

    /// Sees to it that the head names every track that has samples now.
    private mutating func announceTracks(_ writer: inout ElementWriter) -> SegmentHead {
        var isNew = false
        for index in tracks.indices where tracks[index].isOpen && !tracks[index].isAnnounced {
            tracks[index].isAnnounced = true
            isNew = true
        }
        let entries = Self.entries(tracks.filter(\.isAnnounced))
        var head =
            head
            ?? SegmentHead(
                dateNanosecondsSince2001: dateNanosecondsSince2001, durationMilliseconds: durationMilliseconds,
                tracks: entries,
                room: Self.headRoom + SegmentHead.room(for: Self.coming(of: tracks)), to: &writer)
        if self.head != nil, isNew {
            for replacement in head.switchTracks(to: entries) {
                overwrite(replacement)
                writes.append(.sync)
            }
        }
        self.head = head
        return head
    }

    private static func entries(_ tracks: [OutputTrack]) -> [UInt8] {
        var writer = ElementWriter()
        for track in tracks { writer.trackEntry(number: track.number, track.format, track.rotation) }
        return writer.bytes
    }

    /// The sizes of the `Tracks` that follow if those without samples come one after the other.
    private static func coming(of tracks: [OutputTrack]) -> [Int] {
        var named = tracks.filter(\.isAnnounced)
        return tracks.filter { !$0.isAnnounced }.map {
            named.append($0)
            return entries(named).count
        }
    }

    /// RFC 9559 §5.1.3.
    private func writeCluster(start: Int64, to writer: inout ElementWriter) {
        var body = ElementWriter()
        body.reserve(payload.count + blocks.count * 16)
        body.element(.timestamp, Int(start))
        for block in blocks {
            body.append(.simpleBlock)
            body.append(size: block.bytes.count + 4)
            body.append(size: block.track + 1)
            let relative = UInt16(truncatingIfNeeded: block.milliseconds - start)
            body.append([UInt8(relative >> 8), UInt8(relative & 255), block.isKeyframe ? 0x80 : 0])
            body.append(payload[block.bytes])
        }
        writer.element(.cluster, body.bytes)
    }
}
