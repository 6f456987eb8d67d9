public import Bytes
import Codecs

/// Finishes what a crash left of a recording.
///
/// Nothing is moved. Of a cluster that was cut off, the blocks that are whole stay, and the rest of it
/// becomes a `Void`. Then cues are appended and the head filled in, as if the recording had been stopped.
public enum WebMRepair {
    /// The writes that make a whole file of an unfinished one; nil if it is not one of ours, or has
    /// no sample in it.
    public static func writes(for file: WebMFile) -> [FileWrite]? {
        guard let segment = file.elements.last, segment.id == .segment, segment.hasUnknownSize,
            file.tracks.contains(where: { !$0.samples.isEmpty }),
            let head = SegmentHead(segment: segment)
        else { return nil }
        var (writes, fileEnd) = tail(of: segment, file)
        let cuesOffset = fileEnd
        let cues = cues(of: file, segment)
        writes.append(.append(cues))
        fileEnd += cues.count
        let end = file.tracks.map(\.endNanoseconds).max() ?? 0
        let seekHead = head.seekHead(cues: cuesOffset)
        for replacement in [head.duration(milliseconds: Double(end) / 1_000_000), seekHead.body] {
            writes.append(.overwrite(at: replacement.offset, replacement.bytes))
        }
        writes.append(.sync)
        for replacement in [seekHead.header, head.segmentSize(upTo: fileEnd)] {
            writes.append(.overwrite(at: replacement.offset, replacement.bytes))
        }
        return writes + [.sync]
    }

    /// What makes elements of everything up to the end of the file, and where that then is.
    private static func tail(of segment: Element, _ file: WebMFile) -> (writes: [FileWrite], fileEnd: Int) {
        let count = file.byteCount
        guard let last = segment.children.last else { return ([], count) }
        var start = last.end
        var shortened: [FileWrite] = []
        if last.missingByteCount > 0 {
            start = last.id == .cluster ? file.endOfWholeBlocks(in: last) : last.offset
            if start > last.offset {
                // The header keeps its length, so the blocks stay where they are.
                var size = ElementWriter()
                size.append(size: start - last.body.lowerBound, width: last.headerByteCount - 4)
                shortened = [.overwrite(at: last.offset + 4, size.bytes)]
            }
        }
        guard start < count else { return (shortened, count) }
        let (void, added) = void(over: count - start)
        var writes: [FileWrite] = [.overwrite(at: start, Array(void.prefix(count - start)))]
        if added > 0 { writes.append(.append(Array(void.suffix(added)))) }
        // Only once the rest makes sense by itself does the cluster end before it.
        return (writes + [.sync] + shortened, count + added)
    }

    /// The header of a `Void` over so many bytes, and how many more it takes: it cannot have just one.
    private static func void(over byteCount: Int) -> (header: [UInt8], added: Int) {
        guard byteCount > 1 else { return ([0xEC, 0x80], 1) }
        guard byteCount >= ElementWriter.longHeader else { return ([0xEC, 0x80 | UInt8(byteCount - 2)], 0) }
        return (ElementWriter.voidHeader(reaching: byteCount), 0)
    }

    private static func cues(of file: WebMFile, _ segment: Element) -> [UInt8] {
        let tracks = file.tracks.filter { !$0.samples.isEmpty }
        guard let track = tracks.first(where: { $0.kind == .video }) ?? tracks.first else { return [] }
        var cues = CueIndex()
        let clusters = segment.children.filter { $0.id == .cluster }
        var index = 0
        for sample in track.samples where sample.isKeyframe {
            while index + 1 < clusters.count, clusters[index + 1].offset < sample.offset { index += 1 }
            guard clusters.indices.contains(index) else { break }
            cues.add(
                milliseconds: sample.nanoseconds / 1_000_000, track: track.number,
                cluster: clusters[index].offset - segment.body.lowerBound)
        }
        var writer = ElementWriter()
        cues.write(track: track.number, to: &writer)
        return writer.bytes
    }
}

extension WebMFile {
    /// Where the last block ends that a cluster holds whole; its start if there is none.
    fileprivate func endOfWholeBlocks(in cluster: Element) -> Int {
        let ends = tracks.flatMap(\.samples).filter { $0.offset > cluster.offset }.map { $0.offset + $0.byteCount }
        return ends.max() ?? cluster.offset
    }
}
