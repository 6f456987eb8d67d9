/// Which of a stretch's sectors hold nothing but zeros, so that one can tell later whether any were lost.
///
/// Disks write sectors whole, and what a power cut kept from the disk reads as zeros. A file's writer therefore tells
/// which parts of what it writes are zeros by themselves: all others that are found to be zeros never reached the disk. A
/// part is as much of the stretch as lies in one sector.
public struct SectorZeros: Equatable, Sendable {
    /// What disks write in one piece at the least.
    public static let sectorByteCount = 512
    /// More of them are not told apart: then nothing can be said of the stretch.
    public static let maximumPartCount = 16
    /// How long the encoded form is.
    public static let encodedByteCount = mark.count + 4 + maximumPartCount * 4

    /// What the encoded form begins with, and what the head of a file has whose writer tells of zeros at all.
    public static let mark = Array("Lthz".utf8)

    /// Where parts begin that are all zeros, counted from the stretch's start; the first ones, if there are too many.
    public private(set) var parts: [Int] = []
    /// Whether there are more than can be told.
    public private(set) var areTooMany = false

    /// Nothing but zeros is nowhere.
    public init() {}

    /// Looks at a stretch that lies `offset` bytes into its file.
    public init(of bytes: Span<UInt8>, at offset: Int) {
        var start = Self.nextZero(in: bytes, from: 0, at: offset)
        while let found = start {
            guard parts.count < Self.maximumPartCount else {
                areTooMany = true
                return
            }
            parts.append(found.lowerBound)
            start = Self.nextZero(in: bytes, from: found.upperBound, at: offset)
        }
    }

    /// Takes the encoded form apart; nothing if it is none.
    public init?(encoded: Span<UInt8>) {
        guard encoded.count == Self.encodedByteCount, Self.mark.indices.allSatisfy({ encoded[$0] == Self.mark[$0] })
        else { return nil }
        var reader = ByteReader(encoded)
        do throws(WireError) {
            try reader.skip(Self.mark.count)
            let count: UInt32 = try reader.read()
            areTooMany = count > Self.maximumPartCount
            for _ in 0..<min(Int(count), Self.maximumPartCount) { parts.append(Int(try reader.read(UInt32.self))) }
        } catch {
            return nil
        }
    }

    /// The same in as many bytes as ever.
    public var encoded: [UInt8] {
        var bytes = Self.mark
        bytes.append(bigEndian: areTooMany ? UInt32.max : UInt32(parts.count))
        for part in parts { bytes.append(bigEndian: UInt32(truncatingIfNeeded: part)) }
        return bytes + [UInt8](repeating: 0, count: Self.encodedByteCount - bytes.count)
    }

    public var isEmpty: Bool { parts.isEmpty }

    /// Where in a file the first part of a stretch lies that was lost; nothing if none was.
    ///
    /// `self` is what its writer told.
    public func firstLoss(in stretch: Range<Int>, of source: some ByteSource) -> Int? {
        guard !areTooMany else { return nil }
        let bytes = source.read(at: stretch.lowerBound, count: stretch.count)
        var part = Self.nextZero(in: bytes.span, from: 0, at: stretch.lowerBound)
        while let found = part, parts.contains(found.lowerBound) {
            part = Self.nextZero(in: bytes.span, from: found.upperBound, at: stretch.lowerBound)
        }
        return part.map { stretch.lowerBound + $0.lowerBound }
    }

    /// The next part of a stretch that is all zeros, from a part's beginning on.
    private static func nextZero(in bytes: Span<UInt8>, from place: Int, at offset: Int) -> Range<Int>? {
        var start = place
        while start < bytes.count {
            let end = min(bytes.count, start + sectorByteCount - (offset + start) % sectorByteCount)
            if isZero(bytes, start..<end) { return start..<end }
            start = end
        }
        return nil
    }

    private static func isZero(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] != 0 { return false }
        return true
    }
}
