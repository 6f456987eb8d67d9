public import Bytes

extension MovieFile {
    /// Reads a file that is to be mended: what a power cut tore counts as missing, with everything behind it.
    ///
    /// Unlike `init(reading:)` this reads media as well, but only the last that were written.
    public init(mending source: some ByteSource) {
        self.init(reading: source)
        guard form == .fragmented, hasPlaceholder, HybridHead.tellsZeros(source) else { return }
        let tears = [DoubtfulTail(of: fragments).firstTear(in: source), firstHeadlessMedia]
        guard let tear = tears.compactMap(\.self).min() else { return }
        let whole = byteCount
        self.init(reading: SourcePrefix(source, upTo: tear))
        noteTear(at: tear, fileByteCount: whole)
    }

    /// Where something lies behind a `moof` that is no `mdat`: its header lay in two sectors, and one of them never came.
    private var firstHeadlessMedia: Int? {
        for (box, next) in zip(boxes, boxes.dropFirst()) where box.type == "moof" && next.type != "mdat" {
            return box.end
        }
        return nil
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
