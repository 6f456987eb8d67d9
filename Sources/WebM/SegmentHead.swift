import Bytes

/// Where the parts of a WebM file's head lie, each with the room it needs to change.
///
/// `EBML`, `Segment` of unknown size, room for a `SeekHead`, `Info` with the duration at its end, `Tracks`, room for
/// richer `Tracks`. All offsets count from the start of the file.
struct SegmentHead: Sendable {
    /// A change to the file: bytes that replace others.
    typealias Replacement = (offset: Int, bytes: [UInt8])

    /// Where the size of `Segment` is written, in eight bytes.
    private let segmentSize: Int
    /// Where `Segment`'s content starts: positions in the file count from here (RFC 9559 §16).
    let segmentContent: Int
    private let seekHead: Int
    private let info: Int
    private let duration: Int
    /// Where the `Tracks` that count start.
    private var tracks: Int
    /// Where the room for further ones starts, with a `Void` header.
    private var room: Int
    /// Where that room ends and clusters begin.
    private let end: Int

    /// Three entries of at most 21 bytes, and a `Void` over what they leave.
    private static let seekHeadByteCount = 96
    /// Identifier, size and eight bytes of content.
    private static let durationByteCount = 11

    /// Writes a head to the front of a file that has so much to play so far, with `roomByteCount` for later tracks.
    init(
        dateNanosecondsSince2001 date: Int64, durationMilliseconds: Double, tracks body: [UInt8],
        room roomByteCount: Int, to writer: inout ElementWriter
    ) {
        writer.master(.ebml) {
            // DocTypeVersion 4 for CodecDelay and SeekPreRoll, readable by version 2 (RFC 9559 §4).
            let fields: [(UInt32, Int)] = [(0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8)]
            for (id, value) in fields { $0.element(ElementID(id), value) }
            $0.element(ElementID(0x4282), "webm")
            $0.element(ElementID(0x4287), 4)
            $0.element(ElementID(0x4285), 2)
        }
        writer.append(.segment)
        segmentSize = writer.bytes.count
        writer.append([0x01] + [UInt8](repeating: 0xFF, count: 7))
        segmentContent = writer.bytes.count

        seekHead = writer.bytes.count
        writer.void(Self.seekHeadByteCount)

        info = writer.bytes.count
        writer.master(.info) {
            $0.element(.timestampScale, 1_000_000)
            $0.element(.muxingApp, "Lathe")
            $0.element(.writingApp, "Lathe")
            var bytes: [UInt8] = []
            bytes.append(bigEndian: date)
            $0.element(.dateUTC, bytes)
            $0.element(.void, SectorZeros.mark)
            // Last, so that it ends where the element does.
            $0.element(.duration, durationMilliseconds)
        }
        duration = writer.bytes.count - Self.durationByteCount
        tracks = writer.bytes.count
        writer.append(ElementWriter.longHeader(.tracks, body: body.count))
        writer.append(body)
        room = writer.bytes.count
        writer.void(roomByteCount)
        end = writer.bytes.count
    }

    /// Finds the parts in a file that was written before; nil if it has another head than ours.
    init?(segment: Element) {
        let parts = segment.children
        guard segment.headerByteCount == 12, let first = parts.first, let info = parts.first(where: { $0.id == .info }),
            let tracks = parts.first(where: { $0.id == .tracks }), let last = info.children.last,
            first.id == .void || first.id == .seekHead, first.byteCount == Self.seekHeadByteCount,
            last.id == .void || last.id == .duration, last.byteCount == Self.durationByteCount
        else { return nil }
        segmentSize = segment.offset + 4
        segmentContent = segment.body.lowerBound
        seekHead = first.offset
        self.info = info.offset
        duration = last.offset
        self.tracks = tracks.offset
        // What comes late comes before the crash.
        (room, end) = (tracks.end, tracks.end)
    }

    /// Whether the writer of a file told which sectors of its clusters are zeros by themselves.
    static func tellsZeros(_ segment: Element, _ source: some ByteSource) -> Bool {
        let parts = segment.children.first { $0.id == .info }?.children ?? []
        return parts.contains {
            $0.id == .void && source.read(at: $0.body.lowerBound, count: $0.body.count) == SectorZeros.mark
        }
    }

    /// Where the next `Tracks` would start.
    ///
    /// In the room's body, and aligned so that its header lies in one disk sector: one write must be
    /// able to switch it off.
    private var nextTracks: Int { (room + ElementWriter.longHeader + 15) / 16 * 16 }

    /// Whether `Tracks` of so many bytes, one replacing the other, still find room.
    func hasRoom(for bodyByteCounts: [Int]) -> Bool { Self.room(for: bodyByteCounts) <= end - room }

    /// How much room `Tracks` of so many bytes take: each with a header before it, its alignment and
    /// its own header, and a header for what is left.
    static func room(for bodyByteCounts: [Int]) -> Int {
        bodyByteCounts.reduce(ElementWriter.longHeader) { $0 + $1 + 2 * ElementWriter.longHeader + 15 }
    }

    /// Two replacements, to be on disk one after the other, that put other `Tracks` in charge.
    ///
    /// The first lies where every reader still sees a `Void`. The second, of 9 bytes, turns the old
    /// element into a `Void` that ends where the new one starts.
    mutating func switchTracks(to body: [UInt8]) -> [Replacement] {
        precondition(hasRoom(for: [body.count]), "the head has room for the tracks")
        let start = nextTracks
        var new = ElementWriter()
        new.append(ElementWriter.longHeader(.tracks, body: body.count))
        new.append(body)
        let newRoom = start + new.bytes.count
        new.append(ElementWriter.voidHeader(reaching: end - newRoom))
        let off = ElementWriter.voidHeader(reaching: start - tracks)
        let replacements = [(start, new.bytes), (tracks, off)]
        tracks = start
        room = newRoom
        return replacements
    }

    /// What turns the room at the front into a `SeekHead` (RFC 9559 §5.1.1): its body, where readers
    /// see a `Void`, and, once that is on disk, its header.
    func seekHead(cues: Int) -> (body: Replacement, header: Replacement) {
        var body = ElementWriter()
        for (id, offset) in [(ElementID.info, info), (.tracks, tracks), (.cues, cues)] {
            body.master(.seek) {
                var identifier = ElementWriter()
                identifier.append(id)
                $0.element(.seekID, identifier.bytes)
                $0.element(.seekPosition, offset - segmentContent)
            }
        }
        let bodyByteCount = Self.seekHeadByteCount - ElementWriter.longHeader
        body.void(bodyByteCount - body.bytes.count)
        return (
            (seekHead + ElementWriter.longHeader, body.bytes),
            (seekHead, ElementWriter.longHeader(.seekHead, body: bodyByteCount))
        )
    }

    /// What says how long the file plays, in milliseconds.
    func duration(milliseconds: Double) -> Replacement {
        var writer = ElementWriter()
        writer.element(.duration, milliseconds)
        return (duration, writer.bytes)
    }

    /// What says that the segment ends at `fileEnd`.
    func segmentSize(upTo fileEnd: Int) -> Replacement {
        var writer = ElementWriter()
        writer.append(size: fileEnd - segmentContent, width: 8)
        return (segmentSize, writer.bytes)
    }
}
