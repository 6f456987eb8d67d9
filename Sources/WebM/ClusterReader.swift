import Bytes

/// Reads the blocks of one cluster (RFC 9559 §5.1.3).
struct ClusterReader {
    /// Nanoseconds in a unit of the file's times.
    let timestampScale: Int64
    private(set) var problems: [WebMProblem] = []
    private var start: Int64 = 0

    /// What only the segment itself holds, and so what ends a cluster of unknown size (RFC 8794 §6.2).
    private static let segmentLevel: Set<ElementID> = [
        .cluster, .cues, .info, .tracks, .seekHead, .tags, .attachments, .chapters,
    ]

    /// Four days of sound and pictures; a forged file must not cost more memory than that.
    private static let maximumSampleCount = 1 << 24

    init(timestampScale: Int64) { self.timestampScale = timestampScale }

    mutating func read(
        _ cluster: inout Element, _ reader: ElementReader<some ByteSource>, into tracks: inout [WebMTrack]
    ) {
        var position = cluster.body.lowerBound
        while position < cluster.body.upperBound {
            guard let child = reader.element(at: position, limit: cluster.body.upperBound) else {
                // What is left of a cluster that was cut off may be too short for a header.
                if cluster.missingByteCount == 0 { problems.append(.notAnElement(at: position)) }
                return
            }
            if cluster.hasUnknownSize, Self.segmentLevel.contains(child.id) { break }
            guard child.missingByteCount == 0 else {
                if cluster.missingByteCount == 0 {
                    problems.append(.cut(child.id, at: child.offset, missing: child.missingByteCount))
                }
                return
            }
            read(child, reader, &tracks)
            position = child.end
        }
        if cluster.hasUnknownSize { cluster.byteCount = position - cluster.offset }
    }

    private mutating func read(
        _ child: Element, _ reader: ElementReader<some ByteSource>, _ tracks: inout [WebMTrack]
    ) {
        switch child.id {
        case .timestamp:
            // 2^60 ns are 36 years: more is forged, and must not overflow.
            guard let value = reader.unsigned(child), value < 1 << 60 / timestampScale else {
                problems.append(.damaged(child.id, at: child.offset))
                return
            }
            start = Int64(value)
        case .simpleBlock: readBlock(child, reader, &tracks, in: nil)
        case .blockGroup:
            let parts = reader.elements(in: child.body).elements
            for part in parts where part.id == .block { readBlock(part, reader, &tracks, in: parts) }
        default: break
        }
    }

    /// §10: the track's number, the time from the cluster's, flags, and the frame.
    ///
    /// Frames that share a block count as one sample; WebM's own writers never do that.
    private mutating func readBlock(
        _ block: Element, _ reader: ElementReader<some ByteSource>, _ tracks: inout [WebMTrack], in group: [Element]?
    ) {
        let bytes = reader.source.read(at: block.body.lowerBound, count: min(12, block.body.count))
        var fields = ByteReader(bytes.span)
        guard let number = fields.readSize()?.size, let index = tracks.firstIndex(where: { $0.number == number }),
            let relative = try? fields.read(Int16.self), let flags = try? fields.read(UInt8.self),
            tracks[index].samples.count < Self.maximumSampleCount
        else {
            problems.append(.damaged(block.id, at: block.offset))
            return
        }
        let isReferring = group?.contains { $0.id == .referenceBlock } ?? (flags & 0x80 == 0)
        let duration = group?.first { $0.id == .blockDuration }.flatMap { reader.unsigned($0) } ?? 0
        tracks[index].samples.append(
            WebMSample(
                offset: block.body.lowerBound + fields.position, byteCount: block.body.count - fields.position,
                nanoseconds: (start + Int64(relative)) * timestampScale,
                durationNanoseconds: Int64(min(duration, 1 << 30)) * timestampScale, isKeyframe: !isReferring))
    }
}
