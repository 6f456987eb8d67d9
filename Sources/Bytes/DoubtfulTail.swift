/// The last stretches of a file that was not finished, of which a power cut can have kept parts from the disk.
public struct DoubtfulTail {
    /// More than are written between two syncs of a slow disk.
    public static let maximumStretchCount = 40
    /// How much of the file is read at the most.
    public static let maximumByteCount = 64 << 20

    /// What is written in one piece, and where the box or element before it has its body, if that may tell of zeros.
    public struct Stretch {
        var place: Range<Int>
        var note: Range<Int>?

        public init(_ place: Range<Int>, note: Range<Int>?) {
            self.place = place
            self.note = note
        }
    }

    private let stretches: ArraySlice<Stretch>

    /// The tail of a file that consists of these stretches, front to back.
    public init(of stretches: [Stretch]) { self.stretches = stretches.suffix(Self.maximumStretchCount) }

    /// Where the first part lies that the disk never got.
    public func firstTear(in source: some ByteSource) -> Int? {
        var left = Self.maximumByteCount
        var tear: Int?
        // From the end on: what is read there counts most.
        for stretch in stretches.reversed() {
            left -= stretch.place.count
            guard left >= 0 else { return tear }
            tear = zeros(of: stretch, in: source).firstLoss(in: stretch.place, of: source) ?? tear
        }
        return tear
    }

    /// What the writer told of a stretch.
    private func zeros(of stretch: Stretch, in source: some ByteSource) -> SectorZeros {
        guard let note = stretch.note else { return SectorZeros() }
        let bytes = source.read(at: note.lowerBound, count: min(note.count, SectorZeros.encodedByteCount))
        return SectorZeros(encoded: bytes.span) ?? SectorZeros()
    }
}
