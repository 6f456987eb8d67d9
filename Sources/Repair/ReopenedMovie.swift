import Bytes

/// One of our MP4 files as it was before it was finished.
///
/// Finishing turns a `free` box of 16 bytes behind the file's type into the header of a box of media over everything
/// behind it. With that undone, the fragments which still lie there are seen again: a file that lost its index after it
/// was whole has all that a crash would have left.
struct ReopenedMovie: ByteSource {
    private static let placeholder = 32
    /// The header of an empty `free` box, and what is in it.
    private static let open: [UInt8] = [0, 0, 0, 16] + Array("free".utf8) + [UInt8](repeating: 0, count: 8)

    private let file: any ByteSource

    /// The file reopened; nothing if it does not begin as ours do when they are finished.
    init?(_ file: any ByteSource) {
        let start = file.read(at: 0, count: 64)
        // | 32, ftyp … | 1, mdat, size (64) | size, moov |
        guard start.count == 64, start[4..<8].elementsEqual("ftyp".utf8), start[3] == Self.placeholder,
            start[Self.placeholder + 4..<Self.placeholder + 8].elementsEqual("mdat".utf8),
            start[Self.placeholder + 20..<Self.placeholder + 24].elementsEqual("moov".utf8)
        else { return nil }
        self.file = file
    }

    var byteCount: Int { file.byteCount }

    func read(at offset: Int, count: Int) -> [UInt8] {
        var bytes = file.read(at: offset, count: count)
        let changed =
            max(
                offset, Self.placeholder)..<max(
                max(offset, Self.placeholder), min(offset + bytes.count, Self.placeholder + Self.open.count))
        for place in changed { bytes[place - offset] = Self.open[place - Self.placeholder] }
        return bytes
    }
}
