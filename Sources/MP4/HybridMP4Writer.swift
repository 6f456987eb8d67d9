public import Bytes
public import Codecs
public import Units

/// Writes an MP4 file that plays at any instant while it grows, and seeks like any other once finished.
///
/// While recording it is a fragmented file: `ftyp`, a `free` of 16 bytes, `moov`, a `free` with room
/// for a richer `moov`, then `moof` and `mdat` in turn. Finishing appends an ordinary `moov`, and then
/// turns the first `free` into the header of one `mdat` that covers everything between, so it costs the
/// index and not the file. Holds no file: after each call, perform `nextWrite()` until it returns nil.
/// Whatever prefix of those writes reached the disk plays, up to its last complete fragment.
public struct HybridMP4Writer: Sendable {
    /// Room after the first `moov` for tracks that nobody thought of when the file began.
    ///
    /// A track takes about 600 bytes with a High profile's parameter sets.
    static let headRoom = 4096

    /// Room for the index is kept in steps as large as that of three minutes.
    static let reservationStep = 64 << 10

    /// The most payload a fragment holds before it is cut without being asked.
    ///
    /// A run's offsets have 31 bits (ISO/IEC 14496-12 §8.8.8), and memory is finite.
    static let maximumFragmentPayload = 64 << 20

    private let header: MovieHeader
    private var tracks: [OutputTrack] = []
    private var head: HybridHead?
    private var fragmentCount: UInt32 = 0
    /// How much room for the final index was asked for last.
    private var reservedByteCount = 0
    private var isFinished = false
    private var writes: [FileWrite] = []

    /// How long the file is once all writes are performed.
    public private(set) var byteCount = 0

    /// How many bytes of samples the open fragment holds.
    public private(set) var openPayloadByteCount = 0

    /// Starts a file made at a moment of the wall clock, in milliseconds since 1970.
    public init(createdAtUnixMilliseconds creation: Int64) {
        header = MovieHeader(createdAtUnixMilliseconds: creation)
    }

    /// The next thing to do to the file; nil if there is nothing to do yet.
    public mutating func nextWrite() -> FileWrite? { writes.isEmpty ? nil : writes.removeFirst() }

    /// Adds a track, which may come long after others, and returns its number for `append`.
    ///
    /// Players turn its pictures by `rotation`, clockwise.
    /// - Precondition: `hasRoom(for:)`.
    public mutating func addTrack(
        _ format: TrackFormat, timescale: ClockRate, rotation: Rotation = .none
    ) -> Int {
        precondition(!isFinished, "a finished file takes no more tracks")
        precondition(hasRoom(for: format), "the head has room for the track")
        tracks.append(
            OutputTrack(id: UInt32(tracks.count + 1), formats: [format], timescale: timescale, rotation: rotation))
        return tracks.count - 1
    }

    /// Says what a track's samples are from the next one on; false if this file cannot hold that.
    ///
    /// Pictures may change in everything but their codec. Parameter sets stay in the samples as well: until the file is
    /// finished, they are what tells a player.
    public mutating func changeFormat(_ format: TrackFormat, track: Int) -> Bool {
        precondition(!isFinished, "a finished file changes no more")
        guard tracks[track].canChange(to: format) else { return false }
        guard format != tracks[track].formats[tracks[track].formatNumber] else { return true }
        // A fragment's samples of one track are all of one format.
        if !tracks[track].open.isEmpty { cutFragment() }
        tracks[track].changeFormat(to: format)
        return true
    }

    /// Whether another track can still join this file.
    ///
    /// Always true before the first fragment, and of any sensible second track after it.
    public func hasRoom(for format: TrackFormat) -> Bool {
        guard let head else { return true }
        let more = tracks + [OutputTrack(id: 0, formats: [format], timescale: .video)]
        return head.hasRoom(for: coming(of: more))
    }

    /// Adds a sample to the open fragment; each track's decode times grow strictly.
    public mutating func append(_ sample: Sample, track: Int) {
        precondition(!isFinished, "a finished file takes no more samples")
        if openPayloadByteCount + sample.bytes.count > Self.maximumFragmentPayload { cutFragment() }
        tracks[track].append(sample)
        openPayloadByteCount += sample.bytes.count
    }

    /// Lets the last sample of a track last until `ticks` after all, where nothing followed it.
    ///
    /// The finished file says so; a fragment that was written already does not.
    public mutating func holdLast(track: Int, until ticks: Int64) {
        precondition(!isFinished, "a finished file changes no more")
        tracks[track].holdLast(until: ticks)
    }

    /// How much of the timeline the open fragment covers; zero if it is empty.
    public var openFragmentDuration: Duration {
        var span: Range<Int64>?
        for case let other? in tracks.lazy.map(\.openSpan) {
            let lower = min(span?.lowerBound ?? other.lowerBound, other.lowerBound)
            span = lower..<max(span?.upperBound ?? other.upperBound, other.upperBound)
        }
        return .nanoseconds(span.map { $0.upperBound - $0.lowerBound } ?? 0)
    }

    /// Closes the open fragment and hands it out to be written; does nothing if it is empty.
    public mutating func cutFragment() {
        guard tracks.contains(where: { !$0.open.isEmpty }) else { return }
        var writer = BoxWriter()
        announceTracks(&writer)
        announceFormats(&writer)
        fragmentCount += 1
        var fragment = BoxWriter()
        fragment.fragment(number: fragmentCount, tracks)
        writer.reserve(writer.bytes.count + fragment.bytes.count + openPayloadByteCount + Self.page)
        keepInOnePage(fragment.bytes.count, &writer)
        let start = writer.bytes.count
        writer.append(fragment.bytes)
        writer.append(UInt32(openPayloadByteCount + 8))
        writer.append("mdat" as FourCC)
        for index in tracks.indices { writer.append(tracks[index].openBytes) }
        var chunk = byteCount + start + fragment.bytes.count + 8
        chunk += tellZeros(from: start, indexByteCount: fragment.bytes.count, &writer)
        for index in tracks.indices {
            let payloadByteCount = tracks[index].openBytes.count
            tracks[index].close(chunkAt: chunk)
            chunk += payloadByteCount
        }
        openPayloadByteCount = 0
        reserveIndex()
        if fragmentCount == 1, let head {
            writer.overwrite(tracks.movieDuration, at: head.duration)
            append(writer.bytes)
        } else {
            append(writer.bytes)
            tellDuration()
        }
    }

    /// Keeps room for the index that finishing would append now, in steps, so that it is rarely asked for.
    private mutating func reserveIndex() {
        let needed = tracks.reduce(Self.headRoom) { $0 + $1.index.tableByteCount + Self.headRoom }
        guard needed > reservedByteCount else { return }
        reservedByteCount = (needed / Self.reservationStep + 1) * Self.reservationStep
        writes.append(.reserve(reservedByteCount))
    }

    /// Lets the head say how long the movie is by now.
    ///
    /// Nothing depends on it but what players show before they have read everything; so it needs no order on the disk, and
    /// may be torn.
    private mutating func tellDuration() {
        guard let head else { return }
        var duration = BoxWriter()
        duration.append(tracks.movieDuration)
        writes.append(.overwrite(at: head.duration, duration.bytes))
    }

    /// Sees to it that the head names every track that has samples now.
    private mutating func announceTracks(_ writer: inout BoxWriter) {
        var isNew = false
        for index in tracks.indices where !tracks[index].open.isEmpty && !tracks[index].isAnnounced {
            tracks[index].announce()
            isNew = true
        }
        guard isNew else { return }
        let movie = GrowingMovie(header, tracks.filter(\.isAnnounced))
        guard head != nil else {
            let room = Self.headRoom + HybridHead.room(for: coming(of: tracks))
            head = HybridHead(movie: movie, room: room, to: &writer)
            return
        }
        for replacement in head?.switchMovie(to: movie) ?? [] {
            writes += [.overwrite(at: replacement.offset, replacement.bytes), .sync]
        }
    }

    /// Tells a repair of what the head does not know: which samples have another format than those before.
    private mutating func announceFormats(_ writer: inout BoxWriter) {
        for index in tracks.indices {
            guard let format = tracks[index].takeFormatToAnnounce() else { continue }
            writer.formatNote(track: tracks[index].id, format)
        }
    }

    /// The sizes of the movies that follow if those tracks without samples come one after the other.
    private func coming(of tracks: [OutputTrack]) -> [Int] {
        var named = tracks.filter(\.isAnnounced)
        return tracks.filter { !$0.isAnnounced }.map {
            named.append($0)
            return GrowingMovie(header, named).bytes.count
        }
    }

    /// The unit in which a file grows: what is left of a write that was cut off ends with a page.
    private static let page = 4096

    /// Moves a fragment's index to the next page if it would not lie in one.
    ///
    /// Players put up with media that is cut off, but some, FFmpeg 5.1 for one, do not open a file
    /// at all that ends within a `moof`.
    private func keepInOnePage(_ byteCount: Int, _ writer: inout BoxWriter) {
        let left = Self.page - (self.byteCount + writer.bytes.count) % Self.page
        guard byteCount > left, byteCount <= Self.page else { return }
        writer.box("free") { $0.appendZeros(max(0, left - 8)) }
    }

    /// Tells a repair, before a fragment, which of its sectors are zeros by themselves; returns how much that takes.
    ///
    /// All others that it finds to be zeros were lost with the power. Hardly any fragment has such sectors.
    private func tellZeros(from start: Int, indexByteCount: Int, _ writer: inout BoxWriter) -> Int {
        guard !SectorZeros(of: writer.bytes.span.extracting(start...), at: byteCount + start).isEmpty else { return 0 }
        var count = 8 + SectorZeros.encodedByteCount
        let left = Self.page - (byteCount + start + count) % Self.page
        if indexByteCount > left, indexByteCount <= Self.page { count += left }
        // They are others where the fragment now comes to lie.
        let zeros = SectorZeros(of: writer.bytes.span.extracting(start...), at: byteCount + start + count)
        var note = BoxWriter()
        note.box("free") {
            $0.append(zeros.encoded)
            $0.appendZeros(count - 8 - SectorZeros.encodedByteCount)
        }
        writer.insert(note.bytes, at: start)
        return count
    }

    /// Makes an ordinary MP4 file of what was recorded; nothing may follow but taking the writes.
    ///
    /// A file without a single sample stays empty.
    public mutating func finish() {
        precondition(!isFinished, "a file is finished once")
        cutFragment()
        isFinished = true
        guard head != nil else { return }
        let movieOffset = byteCount
        var writer = BoxWriter()
        writer.reserve(tracks.reduce(Self.headRoom) { $0 + $1.index.tableByteCount })
        writer.classicMovie(header, tracks)
        writes.append(.reserve(0))
        append(writer.bytes)
        let media = HybridHead.mediaHeader(upTo: movieOffset)
        writes += [.sync, .overwrite(at: HybridHead.placeholder, media), .sync]
    }

    private mutating func append(_ bytes: [UInt8]) {
        byteCount += bytes.count
        writes.append(.append(bytes))
    }
}
