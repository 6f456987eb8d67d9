import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("A walk over MP3 frames")
struct MP3ScannerTests {
    /// The lengths of frames, and those of gaps below zero.
    private static func walk(_ bytes: [UInt8]) -> [Int] {
        var scanner = MP3Scanner(bytes)
        var lengths: [Int] = []
        var end = 0
        while let piece = scanner.next() {
            switch piece {
            case .frame(let header, let range):
                #expect(range == end..<end + header.frameByteCount)
                #expect(scanner.bytes(of: range).elementsEqual(bytes[range]))
                (end, lengths) = (range.upperBound, lengths + [range.count])
            case .gap(let range):
                #expect(range.lowerBound == end && !range.isEmpty)
                (end, lengths) = (range.upperBound, lengths + [-range.count])
            }
        }
        #expect(end == bytes.count)
        return lengths
    }

    @Test("finds every frame, and nothing else", arguments: MP3Frames.Kind.allCases)
    func all(kind: MP3Frames.Kind) {
        // More than is looked at in one piece.
        let frames = MP3Frames(kind, count: 1_500).frames
        #expect(Self.walk(frames.flatMap(\.self)) == frames.map(\.count))
        #expect(Self.walk([]) == [])
    }

    @Test("passes over what is none, and finds what follows", arguments: MP3Frames.Kind.allCases)
    func junk(kind: MP3Frames.Kind) {
        let frames = MP3Frames(kind, count: 20).frames
        let sizes = frames.map(\.count)
        let junk: [UInt8] = [1, 0xFF, 0xFF, 0xFB, 0x54, 2, 3]
        let (before, after) = (frames[..<7].flatMap(\.self), frames[7...].flatMap(\.self))
        #expect(Self.walk(before + junk + after) == sizes[..<7] + [-7] + sizes[7...])
        #expect(Self.walk(junk + before) == [-7] + sizes[..<7])
        #expect(Self.walk(before + junk) == sizes[..<7] + [-7])
        #expect(Self.walk(junk) == [-7])
    }

    @Test("takes a first frame of another bit rate")
    func summary() throws {
        let frames = MP3Frames(.mono48, count: 5).frames
        let first = [0xFF, 0xFB, 0x94, 0xC4] + [UInt8](repeating: 0, count: 380)
        #expect(Self.walk(first + frames.flatMap(\.self)) == [384, 192, 192, 192, 192, 192])
    }
}
