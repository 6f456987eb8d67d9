public import Bytes

extension WebMFile {
    /// How many clusters a power cut can have torn: more than are written between two syncs of a slow disk.
    static let doubtfulClusterCount = 40
    /// How much of the file is read for that at the most.
    static let doubtfulByteCount = 64 << 20

    /// Reads a file that is to be mended: what a power cut tore counts as missing, with everything behind it.
    ///
    /// Unlike `init(reading:)` this reads media as well, but only the last that were written.
    public init(mending source: some ByteSource) {
        self.init(reading: source)
        guard let segment = elements.last, segment.id == .segment, segment.hasUnknownSize,
            SegmentHead(segment: segment) != nil, SegmentHead.tellsZeros(segment, source),
            let tear = firstTear(in: segment.children, source)
        else { return }
        let whole = byteCount
        self.init(reading: SourcePrefix(source, upTo: tear))
        noteTear(at: tear, fileByteCount: whole)
    }

    /// Where the first part of a cluster lies that the disk never got.
    private func firstTear(in parts: [Element], _ source: some ByteSource) -> Int? {
        let clusters = parts.indices.filter { parts[$0].id == .cluster }.suffix(Self.doubtfulClusterCount)
        var left = Self.doubtfulByteCount
        var tear: Int?
        // From the end on: what is read there counts most.
        for index in clusters.reversed() {
            let stretch = parts[index].offset..<parts[index].end
            left -= stretch.count
            guard left >= 0 else { return tear }
            tear = zeros(before: index, in: parts, source).firstLoss(in: stretch, of: source) ?? tear
        }
        return tear
    }

    /// What the writer told of a cluster.
    private func zeros(before index: Int, in parts: [Element], _ source: some ByteSource) -> SectorZeros {
        guard index > 0, parts[index - 1].id == .void else { return SectorZeros() }
        let body = parts[index - 1].body
        let bytes = source.read(at: body.lowerBound, count: min(body.count, SectorZeros.encodedByteCount))
        return SectorZeros(encoded: bytes.span) ?? SectorZeros()
    }
}
