public import Bytes

/// An MP4 file as it lies on disk, finished or not, whole or not.
///
/// Reads descriptions and indexes only, never the media, so a file of many gigabytes costs its index.
/// Never fails: whatever is wrong is listed in `problems`, and what could be read is there.
public struct MovieFile: Sendable {
    /// How the file says where its samples are.
    public enum Form: String, Sendable {
        /// One index for the whole file, in `moov`.
        case classic
        /// An index in front of each fragment.
        case fragmented
    }

    public private(set) var byteCount: Int
    /// The boxes of the file from front to back.
    public private(set) var boxes: [Box] = []
    /// Nothing if there is no `moov`.
    public private(set) var form: Form?
    /// When the file was made, in seconds since 1904.
    public private(set) var creation: UInt64 = 0
    /// How long the file says it plays; nothing if it leaves that open.
    public private(set) var durationNanoseconds: Int64?
    public private(set) var tracks: [MovieTrack] = []
    /// How many fragments are in the file, a last incomplete one included.
    public private(set) var fragmentCount = 0
    public private(set) var problems: [MovieProblem] = []

    /// Whether the file is finished and nothing is missing.
    public var isWhole: Bool { problems.isEmpty }

    /// Whether no track has a sample.
    public var holdsNothing: Bool { tracks.allSatisfy(\.samples.isEmpty) }

    /// A day of half-second fragments, several times over.
    private static let maximumBoxCount = 2_000_000

    /// Reads a file's structure.
    public init(reading source: some ByteSource) {
        byteCount = source.byteCount
        guard byteCount > 0 else {
            problems = [.empty]
            return
        }
        var fragments = FragmentReader(fileByteCount: byteCount)
        readBoxes(source, &fragments)
        guard form != nil else {
            problems.append(.noMovie)
            return
        }
        if form == .fragmented {
            fragments.end()
            tracks = fragments.tracks
        }
        problems += fragments.problems
        judge()
    }

    /// Walks over the boxes of the file; descriptions and indexes are read as they come.
    private mutating func readBoxes(_ source: some ByteSource, _ fragments: inout FragmentReader) {
        var position = 0
        while position < byteCount {
            let start = source.read(at: position, count: 16)
            let header = BoxReader.header(start.span, at: position, available: byteCount - position)
            guard var box = header, boxes.count < Self.maximumBoxCount else {
                let isCut = byteCount - position < 8 || start.starts(with: [0, 0, 0, 1]) && byteCount - position < 16
                problems.append(isCut ? .cutInHeader(at: position) : .notABox(at: position))
                return
            }
            if box.missingByteCount > 0 {
                problems.append(.cut(box.type, at: box.offset, missing: box.missingByteCount))
            } else if box.type == "moov" || box.type == "moof" {
                let bytes = source.read(at: position, count: box.byteCount)
                box.children = BoxReader.boxes(in: bytes.span, at: position).boxes.first?.children ?? []
                read(box, bytes, &fragments)
            } else if form == .fragmented, let note = FormatNote(box, start: start) {
                fragments.read(note, source.read(at: note.entry.lowerBound, count: note.entry.count))
            }
            boxes.append(box)
            position = box.end
        }
    }

    private mutating func read(_ box: Box, _ bytes: [UInt8], _ fragments: inout FragmentReader) {
        if box.type == "moof" {
            fragmentCount += 1
            if form == .fragmented { fragments.read(box, bytes) }
            return
        }
        // A second movie is the final index of a recording that was stopped in its last step.
        guard form == nil else { return }
        var movie = MovieReader(bytes: bytes, base: box.offset, fileByteCount: byteCount)
        movie.read(box)
        creation = movie.creation
        durationNanoseconds = movie.durationNanoseconds
        problems += movie.problems
        if box.child("mvex") == nil {
            form = .classic
            tracks = movie.tracks
        } else {
            form = .fragmented
            fragments.begin(tracks: movie.tracks, defaults: movie.fragmentDefaults)
        }
    }

    /// A power cut tore the file, which has been read up to there, and is so long in truth.
    mutating func noteTear(at offset: Int, fileByteCount: Int) {
        byteCount = fileByteCount
        problems.append(.torn(at: offset))
    }

    /// What the parts mean together.
    private mutating func judge() {
        guard form == .fragmented, hasPlaceholder else { return }
        let movies = boxes.filter { $0.type == "moov" && $0.missingByteCount == 0 }
        problems.insert(movies.count > 1 ? .indexNotInForce : .notFinished, at: 0)
    }

    /// Whether the file is one of ours, with the `free` at the front that only finishing turns into
    /// an `mdat`.
    var hasPlaceholder: Bool {
        guard let box = boxes.first(where: { $0.offset == HybridHead.placeholder }) else { return false }
        return box.type == "free" && box.byteCount == HybridHead.placeholderByteCount
    }
}
