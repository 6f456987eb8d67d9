public import Bytes
import Codecs
import Elementary
public import Foundation
import MP4
import Storage
import WebM

/// What one media file is, holds, and lacks.
public struct FileReport: Codable, Equatable, Sendable {
    public var path: String
    public var byteCount: Int
    public var container: Container
    /// How the file says where its samples are.
    public var form: Form
    /// Whether the file was finished and nothing is missing.
    public var isWhole: Bool
    /// Why not, in sentences; empty if it is whole.
    public var reasons: [String] = []
    public var createdAt: Date?
    /// From the start of the file to the end of its longest track.
    public var durationMilliseconds: Int = 0
    public var fragmentCount: Int = 0
    public var tracks: [TrackReport] = []
    /// Boxes or elements; of repeated ones only the first has its parts listed.
    public var structure: [Part] = []
    /// What the test pattern says, if that was asked for and the file shows it.
    public var pattern: PatternReport?

    /// What kind of file it is.
    public enum Container: String, Codable, Sendable {
        case mp4 = "MP4"
        case webM = "WebM"
        case adts = "ADTS"
        case mp3 = "MP3"
        case unknown
    }

    /// How a file is indexed.
    public enum Form: String, Codable, Sendable {
        /// By one index for the whole file.
        case finished
        /// By fragments, as while recording.
        case fragmented
        /// Not at all.
        case none
    }

    /// One box of an MP4 file, or one element of a WebM file.
    public struct Part: Codable, Equatable, Sendable {
        public var name: String
        public var offset: Int
        public var byteCount: Int
        public var parts: [Part]?
    }

    /// Reads a file's structure; throws only if it cannot be opened.
    public init(ofFile path: String) throws {
        self.init(path: path, reading: try ReadOnlyFile(path))
    }

    /// Reports on bytes wherever they are.
    public init(path: String, reading source: some ByteSource) {
        self.path = path
        byteCount = source.byteCount
        (container, form, isWhole) = (.unknown, .none, false)
        let start = source.read(at: 0, count: 12)
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            describe(WebMFile(reading: source))
        } else if start.count >= 8, start[4..<8].elementsEqual("ftyp".utf8) {
            describe(MovieFile(reading: source))
        } else if start.count >= 2, start[0] == 0xFF, start[1] & 0xF6 == 0xF0 {
            describeADTS(source)
        } else if (try? MP3.Header(parsing: start.span)) != nil {
            describeMP3(source)
        } else {
            reasons = [source.byteCount == 0 ? "The file is empty." : "It is neither MP4, WebM, ADTS nor MP3."]
        }
        durationMilliseconds = tracks.map(\.endMilliseconds).max() ?? 0
    }

    private mutating func describe(_ movie: MovieFile) {
        container = .mp4
        form = movie.form.map { $0 == .classic ? .finished : .fragmented } ?? .none
        isWhole = movie.isWhole
        reasons = movie.problems.map(\.description)
        createdAt = movie.creation == 0 ? nil : Date(timeIntervalSince1970: Double(movie.creation) - 2_082_844_800)
        fragmentCount = movie.fragmentCount
        tracks = movie.tracks.map(TrackReport.init)
        structure = Part.list(movie.boxes)
    }

    private mutating func describe(_ file: WebMFile) {
        container = .webM
        let isGrowing = file.elements.contains { $0.hasUnknownSize }
        form = file.tracks.isEmpty ? .none : isGrowing ? .fragmented : .finished
        isWhole = file.isWhole
        reasons = file.problems.map(\.description)
        fragmentCount = file.clusterCount
        tracks = file.tracks.map(TrackReport.init)
        structure = Part.list(file.elements)
    }

    private mutating func describeADTS(_ source: some ByteSource) {
        container = .adts
        let (track, stop) = TrackReport.readADTS(source)
        tracks = [track]
        isWhole = stop == nil
        form = .finished
        if let stop { reasons = ["The bytes from \(stop) on are not a whole ADTS packet."] }
    }

    private mutating func describeMP3(_ source: some ByteSource) {
        container = .mp3
        let found = MP3Mending(source)
        tracks = found.header.map { [TrackReport($0, found)] } ?? []
        isWhole = found.isWhole
        form = .finished
        reasons = found.problems
    }
}

extension FileReport.Part {
    static func list(_ boxes: [Box]) -> [FileReport.Part] {
        var seen: Set<FourCC> = []
        return boxes.map { box in
            let isFirst = seen.insert(box.type).inserted || box.type != "moof"
            let parts = isFirst && !box.children.isEmpty ? list(box.children) : nil
            return Self(name: box.type.description, offset: box.offset, byteCount: box.byteCount, parts: parts)
        }
    }

    static func list(_ elements: [Element]) -> [FileReport.Part] {
        elements.map { element in
            let parts = element.children.isEmpty ? nil : list(element.children)
            return Self(
                name: element.id.description, offset: element.offset, byteCount: element.byteCount, parts: parts)
        }
    }
}
