public import Bytes
public import Codecs

/// Walks over a file of MP3 frames, from its first byte to its last.
///
/// A frame counts if it is like those before it and another follows, or if nothing but its contents could be damaged: so
/// what is damaged is passed over, and all that is not is found.
public struct MP3Scanner {
    /// A stretch of the file.
    public enum Piece: Equatable, Sendable {
        case frame(MP3.Header, Range<Int>)
        /// Bytes that belong to no whole frame.
        case gap(Range<Int>)
    }

    private static let windowByteCount = 256 << 10

    /// Where the next piece begins.
    public private(set) var position = 0
    private let source: any ByteSource
    private var window: [UInt8] = []
    private var windowStart = 0
    /// What the last frame says of itself; where bit rates change, others count if they are followed.
    private var known: MP3.Header?

    /// A scanner at the start of a file.
    public init(_ source: some ByteSource) { self.source = source }

    /// The next piece; nothing at the end.
    public mutating func next() -> Piece? {
        let start = position
        guard start < source.byteCount else { return nil }
        if let header = header(at: start), isFrame(header, at: start) {
            known = header
            position = start + header.frameByteCount
            return .frame(header, start..<position)
        }
        position = nextFrame(from: start + 1)
        return .gap(start..<position)
    }

    /// The bytes of a stretch, fewer if the file cannot be read.
    public mutating func bytes(of range: Range<Int>) -> ArraySlice<UInt8> {
        if range.lowerBound < windowStart || range.upperBound > windowStart + window.count {
            window = source.read(at: range.lowerBound, count: max(range.count, Self.windowByteCount))
            windowStart = range.lowerBound
        }
        let start = range.lowerBound - windowStart
        return window[min(start, window.count)..<min(start + range.count, window.count)]
    }

    private mutating func header(at place: Int) -> MP3.Header? {
        let bytes = bytes(of: place..<place + MP3.Header.byteCount)
        // Most places are none, and need no parser to tell.
        guard bytes.count == MP3.Header.byteCount, bytes.first == 0xFF else { return nil }
        return try? MP3.Header(parsing: Array(bytes).span)
    }

    private mutating func isFrame(_ header: MP3.Header, at place: Int) -> Bool {
        let end = place + header.frameByteCount
        guard end <= source.byteCount else { return false }
        if let known, header.isSteady(with: known) { return true }
        guard known.map(header.isAlike) ?? true else { return false }
        return end == source.byteCount || self.header(at: end).map(header.isAlike) == true
    }

    /// Where the next two frames of the same kind begin, of which the second may be the last and cut; else the end.
    private mutating func nextFrame(from start: Int) -> Int {
        var place = start
        while place < source.byteCount {
            if let found = header(at: place), known.map(found.isSteady) ?? true, isFollowed(found, at: place) {
                return place
            }
            place += 1
            skipToSync(&place)
        }
        return source.byteCount
    }

    private mutating func isFollowed(_ header: MP3.Header, at place: Int) -> Bool {
        let end = place + header.frameByteCount
        // Behind nothing but damage, to end with the file is not enough: anything does for some length.
        return known != nil && end == source.byteCount || self.header(at: end).map(header.isSteady) == true
    }

    /// Goes on to the next byte that a frame can begin with.
    private mutating func skipToSync(_ place: inout Int) {
        while place < source.byteCount {
            let rest = bytes(of: place..<min(source.byteCount, place + 4_096))
            guard !rest.isEmpty else {
                place = source.byteCount
                return
            }
            if let found = rest.firstIndex(of: 0xFF) {
                place += found - rest.startIndex
                return
            }
            place += rest.count
        }
    }
}
