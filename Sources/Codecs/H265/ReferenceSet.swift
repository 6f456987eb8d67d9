package import Bytes

extension H265 {
    /// Which earlier pictures are kept for a picture and those behind it (`st_ref_pic_set`, ITU-T H.265 §7.3.7).
    ///
    /// Each is named by how far from the picture at hand it is shown.
    public struct ReferenceSet: Equatable, Sendable {
        /// How many are shown before the picture at hand; these come first.
        public private(set) var earlierCount = 0
        /// How many there are in all, at most 16 of each kind.
        public private(set) var count = 0

        private var distances = SIMD32<Int32>()
        private var used: UInt32 = 0

        /// No picture at all.
        public init() {}

        /// How much later than the picture at hand one is shown; below zero if earlier.
        public func distance(_ index: Int) -> Int { Int(distances[index]) }

        /// Whether the picture at hand itself refers to it.
        public func isUsed(_ index: Int) -> Bool { used >> UInt32(index) & 1 == 1 }

        /// The most of each kind: no level has room for more pictures (§A.4.1).
        private static let largestCount = 16
    }
}

extension H265.ReferenceSet {
    /// Reads the set `index`; the one behind the last of `count` stands in a slice header.
    package init(parsing reader: inout BitReader, index: Int, of count: Int, among sets: [Self]) throws(WireError) {
        self.init()
        if index > 0, try reader.readFlag() {
            try readDifference(&reader, index: index, of: count, among: sets)
        } else {
            try readWhole(&reader)
        }
    }

    private mutating func append(_ distance: Int, isUsed: Bool) throws(WireError) {
        guard count < distances.scalarCount, abs(distance) <= 1 << 16 else {
            throw .invalid("st_ref_pic_set", at: 0)
        }
        distances[count] = Int32(distance)
        if isUsed { used |= 1 << UInt32(count) }
        count += 1
    }

    private mutating func readWhole(_ reader: inout BitReader) throws(WireError) {
        let earlier = Int(try reader.readUnsignedExpGolomb())
        let later = Int(try reader.readUnsignedExpGolomb())
        guard earlier <= Self.largestCount, later <= Self.largestCount else {
            throw .invalid("num_negative_pics", at: reader.position / 8)
        }
        for (entryCount, sign) in [(earlier, -1), (later, 1)] {
            var distance = 0
            for _ in 0..<entryCount {
                distance += sign * (Int(try reader.readUnsignedExpGolomb()) + 1)
                try append(distance, isUsed: try reader.readFlag())
            }
        }
        earlierCount = earlier
    }

    /// A set as its difference from an earlier one (§7.4.8, formulas 7-61 and 7-62).
    private mutating func readDifference(
        _ reader: inout BitReader, index: Int, of count: Int, among sets: [Self]
    ) throws(WireError) {
        let back = index == count ? Int(try reader.readUnsignedExpGolomb()) + 1 : 1
        guard back <= index, index - back < sets.count else {
            throw .invalid("delta_idx_minus1", at: reader.position / 8)
        }
        let source = sets[index - back]
        let isNegative = try reader.readFlag()
        let magnitude = Int(try reader.readUnsignedExpGolomb()) + 1
        let shift = isNegative ? -magnitude : magnitude
        // The last pair of flags is for the picture that the source belonged to.
        var (usedFlags, keptFlags): (UInt64, UInt64) = (0, 0)
        for entry in 0...source.count {
            let isUsed = try reader.readFlag()
            let isKept = isUsed ? true : try reader.readFlag()
            if isUsed { usedFlags |= 1 << UInt64(entry) }
            if isKept { keptFlags |= 1 << UInt64(entry) }
        }
        /// Adds what lies on the side asked for, if it is kept.
        func take(_ entry: Int, _ distance: Int, isEarlier: Bool) throws(WireError) {
            guard keptFlags >> UInt64(entry) & 1 == 1, isEarlier ? distance < 0 : distance > 0 else { return }
            try append(distance, isUsed: usedFlags >> UInt64(entry) & 1 == 1)
        }
        let (earlier, later) = (0..<source.earlierCount, source.earlierCount..<source.count)
        for entry in later.reversed() { try take(entry, source.distance(entry) + shift, isEarlier: true) }
        try take(source.count, shift, isEarlier: true)
        for entry in earlier { try take(entry, source.distance(entry) + shift, isEarlier: true) }
        earlierCount = self.count
        for entry in earlier.reversed() { try take(entry, source.distance(entry) + shift, isEarlier: false) }
        try take(source.count, shift, isEarlier: false)
        for entry in later { try take(entry, source.distance(entry) + shift, isEarlier: false) }
    }
}
