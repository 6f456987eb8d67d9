public import Bytes
import Codecs

/// Puts the parts of a damaged file of anybody's behind a new head.
///
/// For files that are not ours, whose heads have no room for what is missing: what describes the tracks is taken over
/// as it is, and so are the clusters, whatever codecs they hold; duration and cues are made anew.
public enum WebMRebuild {
    /// Room for the list of parts: three entries of at most 21 bytes, and a `Void` over what they leave.
    private static let seekHeadByteCount = 96

    /// The parts of the new file, front to back; nil if nothing says what is in the old one, or nothing is.
    public static func pieces(of file: WebMFile, _ source: some ByteSource) -> [FilePiece]? {
        guard let segment = file.elements.first(where: { $0.id == .segment }),
            let head = file.elements.first(where: { $0.id == .ebml }), head.missingByteCount == 0,
            let tracks = segment.children.first(where: { $0.id == .tracks }), tracks.missingByteCount == 0,
            file.tracks.contains(where: { !$0.samples.isEmpty })
        else { return nil }
        let information = information(of: file, segment, source)
        let last = segment.children.last
        let clusters = segment.children.filter { $0.id == .cluster }.compactMap {
            cluster(of: file, $0, isLast: $0 == last)
        }
        var cues = CueIndex()
        var offset = seekHeadByteCount + information.count + tracks.byteCount
        let starts = clusters.map { cluster in
            defer { offset += cluster.byteCount }
            return offset
        }
        let cued = file.tracks.first { $0.kind == .video && !$0.samples.isEmpty }
        let track = cued ?? file.tracks.first { !$0.samples.isEmpty }
        var index = 0
        for sample in track?.samples ?? [] where sample.isKeyframe && !clusters.isEmpty {
            while index + 1 < clusters.count, clusters[index + 1].offset < sample.offset { index += 1 }
            cues.add(
                milliseconds: max(0, sample.nanoseconds) / file.timestampScale, track: track?.number ?? 1,
                cluster: starts[index])
        }
        var tail = ElementWriter()
        cues.write(track: track?.number ?? 1, to: &tail)
        var front = ElementWriter()
        front.append(.segment)
        front.append(size: offset + tail.bytes.count, width: 8)
        front.append(
            seekHead(information: seekHeadByteCount, tracks: seekHeadByteCount + information.count, cues: offset))
        front.append(information)
        let media = clusters.flatMap { [FilePiece.bytes($0.header), .copy($0.body)] }
        return [.copy(head.offset..<head.end), .bytes(front.bytes), .copy(tracks.offset..<tracks.end)] + media
            + [.bytes(tail.bytes)]
    }

    /// Where what is there ends: the last sample lasts as long as the one before it, whatever the old head says.
    public static func endNanoseconds(of file: WebMFile) -> Int64 {
        let ends = file.tracks.compactMap { track -> Int64? in
            guard let last = track.samples.last else { return nil }
            let usual = track.samples.dropLast().last.map { last.nanoseconds - $0.nanoseconds } ?? 0
            return last.nanoseconds + min(max(usual, 0), 1_000_000_000)
        }
        return max(0, ends.max() ?? 0)
    }

    /// A cluster as it will be.
    private struct Cluster {
        var offset: Int
        var header: [UInt8]
        var body: Range<Int>
        var byteCount: Int { header.count + body.count }
    }

    /// A cluster up to its last whole block; nil if it has none.
    private static func cluster(of file: WebMFile, _ element: Element, isLast: Bool) -> Cluster? {
        let isWhole = element.missingByteCount == 0 && !(element.hasUnknownSize && isLast)
        let end = isWhole ? element.end : file.endOfBlocks(in: element)
        guard end > element.body.lowerBound else { return nil }
        let body = element.body.lowerBound..<end
        var header = ElementWriter()
        header.append(.cluster)
        header.append(size: body.count, width: 8)
        return Cluster(offset: element.offset, header: header.bytes, body: body)
    }

    /// What the old file says of itself, with the duration that it has.
    private static func information(of file: WebMFile, _ segment: Element, _ source: some ByteSource) -> [UInt8] {
        let old = segment.children.first { $0.id == .info && $0.missingByteCount == 0 }
        var writer = ElementWriter()
        writer.master(.info) {
            for child in old?.children ?? [] where child.id != .duration && child.id != .void {
                $0.append(source.read(at: child.offset, count: child.byteCount))
            }
            $0.element(.duration, Double(endNanoseconds(of: file)) / Double(file.timestampScale))
        }
        return writer.bytes
    }

    /// RFC 9559 §5.1.1; places count from the start of the segment's content.
    private static func seekHead(information: Int, tracks: Int, cues: Int) -> [UInt8] {
        var body = ElementWriter()
        for (id, offset) in [(ElementID.info, information), (.tracks, tracks), (.cues, cues)] {
            body.master(.seek) {
                var identifier = ElementWriter()
                identifier.append(id)
                $0.element(.seekID, identifier.bytes)
                $0.element(.seekPosition, offset)
            }
        }
        let byteCount = seekHeadByteCount - ElementWriter.longHeader
        body.void(byteCount - body.bytes.count)
        return ElementWriter.longHeader(.seekHead, body: byteCount) + body.bytes
    }
}

extension WebMFile {
    /// Where the last block ends that a cluster holds whole; its start if there is none.
    fileprivate func endOfBlocks(in cluster: Element) -> Int {
        var end = cluster.offset
        for track in tracks {
            // Samples lie in the order of the file.
            for sample in track.samples.reversed() {
                guard sample.offset > cluster.offset else { break }
                if sample.offset < cluster.end { end = max(end, sample.offset + sample.byteCount) }
            }
        }
        return end
    }
}
