public import Bytes

/// A WebM file as it lies on disk, finished or not, whole or not.
///
/// Reads descriptions and the headers of blocks only, never the media. Never fails: whatever is wrong
/// is listed in `problems`, and what could be read is there.
public struct WebMFile: Sendable {
    public private(set) var byteCount: Int
    /// The elements of the file from front to back; the segment's are its children.
    public private(set) var elements: [Element] = []
    public private(set) var tracks: [WebMTrack] = []
    /// How long the file says it plays.
    public private(set) var durationNanoseconds: Int64?
    /// How many clusters are in the file, a last incomplete one included.
    public private(set) var clusterCount = 0
    /// How many places the file lists to jump to.
    public private(set) var cueCount = 0
    public private(set) var problems: [WebMProblem] = []

    /// Whether the file is finished and nothing is missing.
    public var isWhole: Bool { problems.isEmpty }

    /// Whether no track has a sample.
    public var holdsNothing: Bool { tracks.allSatisfy(\.samples.isEmpty) }

    /// A day of half-second clusters, several times over.
    private static let maximumElementCount = 2_000_000

    /// Nanoseconds in a unit of the file's times (RFC 9559 §11.1).
    private(set) var timestampScale: Int64 = 1_000_000

    /// Reads a file's structure.
    public init(reading source: some ByteSource) {
        byteCount = source.byteCount
        let reader = ElementReader(source: source)
        guard byteCount > 0 else {
            problems = [.empty]
            return
        }
        guard let start = reader.element(at: 0, limit: byteCount), start.id == .ebml else {
            problems = [.notWebM]
            return
        }
        readTop(reader)
        if tracks.isEmpty { problems.append(.noTracks) }
        setDurations()
    }

    private mutating func readTop(_ reader: ElementReader<some ByteSource>) {
        let (top, stop) = reader.elements(in: 0..<byteCount)
        for var element in top {
            if element.id == .segment {
                if element.hasUnknownSize { problems.append(.notFinished) }
                note(cut: element)
                readSegment(&element, reader)
            } else {
                note(cut: element)
            }
            elements.append(element)
        }
        if let stop { problems.append(.notAnElement(at: stop)) }
    }

    /// A power cut tore the file, which has been read up to there, and is so long in truth.
    mutating func noteTear(at offset: Int, fileByteCount: Int) {
        byteCount = fileByteCount
        problems.append(.torn(at: offset))
    }

    private mutating func note(cut element: Element) {
        guard element.missingByteCount > 0 else { return }
        problems.append(.cut(element.id, at: element.offset, missing: element.missingByteCount))
    }

    private mutating func readSegment(_ segment: inout Element, _ reader: ElementReader<some ByteSource>) {
        var position = segment.body.lowerBound
        while position < segment.body.upperBound {
            guard var child = reader.element(at: position, limit: segment.body.upperBound),
                segment.children.count < Self.maximumElementCount
            else {
                problems.append(.notAnElement(at: position))
                return
            }
            // A cut in the child is one in the segment, and that was noted if the segment knew its end.
            if segment.missingByteCount == 0 { note(cut: child) }
            read(&child, reader)
            segment.children.append(child)
            position = child.end
        }
    }

    private mutating func read(_ element: inout Element, _ reader: ElementReader<some ByteSource>) {
        switch element.id {
        case .info: readInfo(&element, reader)
        case .tracks: readTracks(&element, reader)
        case .cluster: readCluster(&element, reader)
        case .cues:
            element.children = reader.elements(in: element.body).elements
            cueCount += element.children.count { $0.id == .cuePoint }
        case .seekHead: element.children = reader.elements(in: element.body).elements
        default: break
        }
    }

    private mutating func readInfo(_ info: inout Element, _ reader: ElementReader<some ByteSource>) {
        info.children = reader.elements(in: info.body).elements
        for child in info.children where child.id == .timestampScale {
            // A scale of zero, or of more than a second, would make no time of anything.
            guard let scale = reader.unsigned(child), (1...1_000_000_000).contains(scale) else {
                problems.append(.damaged(child.id, at: child.offset))
                continue
            }
            timestampScale = Int64(scale)
        }
        for child in info.children where child.id == .duration {
            let duration = reader.float(child) ?? -1
            guard (0..<1e15).contains(duration * Double(timestampScale)) else {
                problems.append(.damaged(child.id, at: child.offset))
                continue
            }
            durationNanoseconds = Int64(duration * Double(timestampScale))
        }
    }

    private mutating func readTracks(_ element: inout Element, _ reader: ElementReader<some ByteSource>) {
        element.children = reader.elements(in: element.body).elements
        // Some writers say it twice; the first counts (RFC 9559 §5.1.4).
        guard tracks.isEmpty, element.missingByteCount == 0 else { return }
        for child in element.children where child.id == .trackEntry {
            tracks.append(TrackEntryReader.read(child, reader))
        }
    }

    private mutating func readCluster(_ cluster: inout Element, _ reader: ElementReader<some ByteSource>) {
        clusterCount += 1
        var blocks = ClusterReader(timestampScale: timestampScale)
        blocks.read(&cluster, reader, into: &tracks)
        problems += blocks.problems
    }

    /// A sample lasts until the next one of its track.
    private mutating func setDurations() {
        for track in tracks.indices {
            let samples = tracks[track].samples
            for index in samples.indices.dropLast() {
                let distance = samples[index + 1].nanoseconds - samples[index].nanoseconds
                tracks[track].samples[index].durationNanoseconds = max(0, distance)
            }
            guard let last = samples.last, last.durationNanoseconds == 0 else { continue }
            let rest = durationNanoseconds.map { max(0, $0 - last.nanoseconds) }
            tracks[track].samples[samples.count - 1].durationNanoseconds =
                tracks[track].defaultDurationNanoseconds ?? rest ?? 0
        }
    }
}
