public import Bytes

extension MovieFile {
    /// Reads a file that is to be mended: what a power cut tore counts as missing, with everything behind it.
    ///
    /// Unlike `init(reading:)` this reads media as well, but only the last that were written.
    public init(mending source: some ByteSource) {
        self.init(reading: source)
        guard form == .fragmented, hasPlaceholder, HybridHead.tellsZeros(source),
            let tear = DoubtfulTail(of: fragments).firstTear(in: source)
        else { return }
        let whole = byteCount
        self.init(reading: SourcePrefix(source, upTo: tear))
        noteTear(at: tear, fileByteCount: whole)
    }

    /// Each `moof` with the `mdat` behind it; what was told of its zeros lies in the `free` before it.
    private var fragments: [DoubtfulTail.Stretch] {
        boxes.indices.filter { boxes[$0].type == "moof" }.map { index in
            let hasMedia = boxes.indices.contains(index + 1) && boxes[index + 1].type == "mdat"
            let note = index > 0 && boxes[index - 1].type == "free" ? boxes[index - 1].body : nil
            return DoubtfulTail.Stretch(boxes[index].offset..<boxes[hasMedia ? index + 1 : index].end, note: note)
        }
    }
}
