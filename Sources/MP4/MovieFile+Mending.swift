public import Bytes

extension MovieFile {
    /// How many fragments a power cut can have torn: more than are written between two syncs of a slow disk.
    static let doubtfulFragmentCount = 40
    /// How much of the file is read for that at the most.
    static let doubtfulByteCount = 64 << 20

    /// Reads a file that is to be mended: what a power cut tore counts as missing, with everything behind it.
    ///
    /// Unlike `init(reading:)` this reads media as well, but only the last that were written.
    public init(mending source: some ByteSource) {
        self.init(reading: source)
        guard form == .fragmented, hasPlaceholder, HybridHead.tellsZeros(source), let tear = firstTear(in: source)
        else { return }
        let whole = byteCount
        self.init(reading: SourcePrefix(source, upTo: tear))
        noteTear(at: tear, fileByteCount: whole)
    }

    /// Where the first part of a fragment lies that the disk never got.
    private func firstTear(in source: some ByteSource) -> Int? {
        let fragments = boxes.indices.filter { boxes[$0].type == "moof" }.suffix(Self.doubtfulFragmentCount)
        var left = Self.doubtfulByteCount
        var tear: Int?
        // From the end on: what is read there counts most.
        for index in fragments.reversed() {
            let media = boxes.indices.contains(index + 1) && boxes[index + 1].type == "mdat" ? boxes[index + 1] : nil
            let stretch = boxes[index].offset..<(media ?? boxes[index]).end
            left -= stretch.count
            guard left >= 0 else { return tear }
            tear = zeros(before: index, in: source).firstLoss(in: stretch, of: source) ?? tear
        }
        return tear
    }

    /// What the writer told of the fragment that begins with a box.
    private func zeros(before index: Int, in source: some ByteSource) -> SectorZeros {
        guard index > 0, boxes[index - 1].type == "free" else { return SectorZeros() }
        let body = boxes[index - 1].body
        let bytes = source.read(at: body.lowerBound, count: min(body.count, SectorZeros.encodedByteCount))
        return SectorZeros(encoded: bytes.span) ?? SectorZeros()
    }
}
