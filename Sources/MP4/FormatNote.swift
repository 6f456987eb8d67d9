import Bytes
import Codecs

/// What an unfinished file says of a track whose samples change their format.
///
/// The head of a growing file names one format a track: more of them confuse players, which go by what is in the
/// pictures anyway. So that a repair knows the others, each change is told by a box before the fragment it begins
/// with, one that every player passes over:
///
///     free { 'Lthe', track, sample entry }
struct FormatNote {
    /// What no other `free` begins with.
    static let mark: FourCC = "Lthe"
    /// Up to where the sample entry begins.
    static let prefixByteCount = 16
    /// Parameter sets have a few hundred bytes; a box that claims more is no note.
    static let maximumByteCount = 1 << 16

    var track: UInt32
    /// Where the sample entry lies in the file.
    var entry: Range<Int>

    /// Recognises a note by the first bytes of a box.
    init?(_ box: Box, start: [UInt8]) {
        guard box.type == "free", box.missingByteCount == 0,
            (Self.prefixByteCount + 1...Self.maximumByteCount).contains(box.byteCount)
        else { return nil }
        var reader = ByteReader(start.span)
        guard (try? reader.skip(8)) != nil, let mark = try? reader.read(UInt32.self), mark == Self.mark.rawValue,
            let track = try? reader.read(UInt32.self)
        else { return nil }
        self.track = track
        entry = box.offset + Self.prefixByteCount..<box.end
    }
}

extension BoxWriter {
    /// Tells that the samples of a track have another format from here on.
    mutating func formatNote(track: UInt32, _ format: TrackFormat) {
        box("free") {
            $0.append(FormatNote.mark)
            $0.append(track)
            $0.sampleEntry(format, Appearance(of: format))
        }
    }
}
