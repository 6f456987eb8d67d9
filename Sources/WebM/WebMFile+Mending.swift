public import Bytes

extension WebMFile {
    /// Reads a file that is to be mended: what a power cut tore counts as missing, with everything behind it.
    ///
    /// Unlike `init(reading:)` this reads media as well, but only the last that were written.
    public init(mending source: some ByteSource) {
        self.init(reading: source)
        guard let segment = elements.last, segment.id == .segment, segment.hasUnknownSize,
            SegmentHead(segment: segment) != nil, SegmentHead.tellsZeros(segment, source),
            let tear = DoubtfulTail(of: Self.clusters(segment.children)).firstTear(in: source)
        else { return }
        let whole = byteCount
        self.init(reading: SourcePrefix(source, upTo: tear))
        noteTear(at: tear, fileByteCount: whole)
    }

    /// Each cluster; what was told of its zeros lies in the `Void` before it.
    private static func clusters(_ parts: [Element]) -> [DoubtfulTail.Stretch] {
        parts.indices.filter { parts[$0].id == .cluster }.map { index in
            let note = index > 0 && parts[index - 1].id == .void ? parts[index - 1].body : nil
            return DoubtfulTail.Stretch(parts[index].offset..<parts[index].end, note: note)
        }
    }
}
