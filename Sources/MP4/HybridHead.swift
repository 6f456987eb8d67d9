import Bytes

/// The `moov` of a growing file, and where in it stands how long the movie is: what changes with each fragment.
struct GrowingMovie: Sendable {
    let bytes: [UInt8]
    let durationPlace: Int

    init(_ header: MovieHeader, _ tracks: [OutputTrack]) {
        var writer = BoxWriter()
        durationPlace = writer.fragmentedMovie(header, tracks)
        bytes = writer.bytes
    }
}

/// Where the parts of a hybrid file's head lie: `ftyp`, placeholder, `moov`, room.
struct HybridHead: Sendable {
    /// `ftyp` has 32 bytes, so the placeholder's 16 sit in one disk sector whatever the sector's size.
    static let placeholder = 32
    static let placeholderByteCount = 16

    /// Where the `moov` that counts starts.
    private var movie: Int
    /// Where that one says how long the movie is.
    private(set) var duration: Int
    /// Where the room for further ones starts, with a `free` header.
    private var room: Int
    /// Where that room ends and fragments begin.
    private let end: Int

    /// Whether the writer of an unfinished file told which sectors of its fragments are zeros by themselves.
    static func tellsZeros(_ source: some ByteSource) -> Bool {
        source.read(at: placeholder + 8, count: SectorZeros.mark.count) == SectorZeros.mark
    }

    /// Writes a head to the front of a file, with `room` bytes for later ones.
    init(movie new: GrowingMovie, room roomByteCount: Int, to writer: inout BoxWriter) {
        writer.box("ftyp") {
            $0.append("isom" as FourCC)
            $0.append(UInt32(0x200))
            for brand in ["isom", "iso6", "avc1", "mp41"] as [FourCC] { $0.append(brand) }
        }
        writer.box("free") {
            $0.append(SectorZeros.mark)
            $0.appendZeros(Self.placeholderByteCount - 8 - SectorZeros.mark.count)
        }
        movie = writer.bytes.count
        duration = movie + new.durationPlace
        writer.append(new.bytes)
        room = writer.bytes.count
        writer.box("free") { $0.appendZeros(roomByteCount - 8) }
        end = writer.bytes.count
    }

    /// Where the next `moov` would start.
    ///
    /// In the room's body, and aligned so that its 8-byte header lies in one disk sector: one write
    /// must be able to switch it off.
    private var nextMovie: Int { (room + 8 + 15) / 16 * 16 }

    /// Whether movies of so many bytes, one replacing the other, still find room.
    func hasRoom(for byteCounts: [Int]) -> Bool { Self.room(for: byteCounts) <= end - room }

    /// How much room movies of so many bytes take: each with a header before it and its alignment,
    /// and a header for what is left.
    static func room(for byteCounts: [Int]) -> Int { byteCounts.reduce(8) { $0 + $1 + 24 } }

    /// Two replacements, to be on disk one after the other, that put another `moov` in charge.
    ///
    /// The first lies where every reader still sees a `free`. The second, of 8 bytes, turns the old
    /// `moov` into a `free` that ends where the new one starts.
    mutating func switchMovie(to new: GrowingMovie) -> [(offset: Int, bytes: [UInt8])] {
        precondition(hasRoom(for: [new.bytes.count]), "the head has room for the movie")
        let start = nextMovie
        var writer = BoxWriter()
        writer.append(new.bytes)
        writer.append(UInt32(end - start - new.bytes.count))
        writer.append("free" as FourCC)
        var off = BoxWriter()
        off.append(UInt32(start - movie))
        off.append("free" as FourCC)
        let replacements = [(start, writer.bytes), (movie, off.bytes)]
        movie = start
        duration = start + new.durationPlace
        room = start + new.bytes.count
        return replacements
    }

    /// The 16 bytes that turn the placeholder into an `mdat` that reaches to `end`, its size in
    /// 64 bits (ISO/IEC 14496-12 §4.2).
    static func mediaHeader(upTo end: Int) -> [UInt8] {
        var writer = BoxWriter()
        writer.append(UInt32(1))
        writer.append("mdat" as FourCC)
        writer.append(UInt64(end - placeholder))
        return writer.bytes
    }
}
