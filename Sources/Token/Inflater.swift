import Bytes

/// Takes the compression off a small piece of data (RFC 1950, RFC 1951).
struct Inflater {
    private let input: [UInt8]
    private let limit: Int
    private var output: [UInt8] = []
    private var place = 0
    /// Bits that were read and not yet used, the next one lowest.
    private var bits: UInt32 = 0
    private var bitCount = 0

    /// The bytes behind a zlib header, of which there may be `limit` at most.
    static func bytes(of input: [UInt8], limit: Int) throws(WireError) -> [UInt8] {
        var inflater = Inflater(input: input, limit: limit)
        return try inflater.run()
    }

    private init(input: [UInt8], limit: Int) {
        self.input = input
        self.limit = limit
    }

    private mutating func run() throws(WireError) -> [UInt8] {
        let (method, flags) = (try byte(), try byte())
        // RFC 1950 §2.2: deflate, both bytes a multiple of 31, no dictionary.
        guard method & 0x0F == 8, (Int(method) << 8 | Int(flags)) % 31 == 0, flags & 0x20 == 0 else {
            throw .invalid("zlib header", at: 0)
        }
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored()
            case 1: try inflate(Self.fixedLengths, Self.fixedDistances)
            case 2:
                let codes = try readCodes()
                try inflate(codes.lengths, codes.distances)
            default: throw .invalid("deflate block", at: place)
            }
        }
        (bits, bitCount) = (0, 0)
        var sum: UInt32 = 0
        for _ in 0..<4 { sum = sum << 8 | UInt32(try byte()) }
        guard sum == checksum else { throw .invalid("checksum", at: place) }
        return output
    }

    /// Adler-32 (RFC 1950 §8.2).
    private var checksum: UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in output {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    // MARK: - Blocks

    /// A block that is not compressed (RFC 1951 §3.2.4).
    private mutating func copyStored() throws(WireError) {
        (bits, bitCount) = (0, 0)
        let count = Int(try byte()) | Int(try byte()) << 8
        let complement = Int(try byte()) | Int(try byte()) << 8
        guard count ^ complement == 0xFFFF else { throw .invalid("stored length", at: place) }
        for _ in 0..<count { try put(try byte()) }
    }

    private mutating func inflate(_ lengths: HuffmanCode, _ distances: HuffmanCode) throws(WireError) {
        while true {
            let symbol = try next(lengths)
            switch symbol {
            case ..<256: try put(UInt8(symbol))
            case 256: return
            case ..<286:
                let (base, extra) = Self.lengths[symbol - 257]
                let length = base + (try take(extra))
                let distanceSymbol = try next(distances)
                guard distanceSymbol < Self.distances.count else { throw .invalid("distance", at: place) }
                let (distanceBase, distanceExtra) = Self.distances[distanceSymbol]
                try repeatOutput(length, distance: distanceBase + (try take(distanceExtra)))
            default: throw .invalid("length", at: place)
            }
        }
    }

    private mutating func repeatOutput(_ length: Int, distance: Int) throws(WireError) {
        guard distance <= output.count else { throw .invalid("distance", at: place) }
        for _ in 0..<length { try put(output[output.count - distance]) }
    }

    /// The codes that a block brings with it (RFC 1951 §3.2.7).
    private mutating func readCodes() throws(WireError) -> (lengths: HuffmanCode, distances: HuffmanCode) {
        let (lengthCount, distanceCount, codeCount) = (try take(5) + 257, try take(5) + 1, try take(4) + 4)
        var codeLengths = [Int](repeating: 0, count: Self.codeOrder.count)
        for index in 0..<codeCount { codeLengths[Self.codeOrder[index]] = try take(3) }
        let code = try HuffmanCode(codeLengths, at: place)
        var all: [Int] = []
        while all.count < lengthCount + distanceCount {
            let symbol = try next(code)
            switch symbol {
            case ..<16: all.append(symbol)
            case 16:
                guard let last = all.last else { throw .invalid("code length", at: place) }
                all += [Int](repeating: last, count: 3 + (try take(2)))
            case 17: all += [Int](repeating: 0, count: 3 + (try take(3)))
            default: all += [Int](repeating: 0, count: 11 + (try take(7)))
            }
        }
        guard all.count == lengthCount + distanceCount else { throw .invalid("code length", at: place) }
        return (
            try HuffmanCode(Array(all[..<lengthCount]), at: place),
            try HuffmanCode(Array(all[lengthCount...]), at: place)
        )
    }

    // MARK: - Bits and bytes

    private mutating func put(_ byte: UInt8) throws(WireError) {
        guard output.count < limit else { throw .invalid("length of what is compressed", at: place) }
        output.append(byte)
    }

    private mutating func byte() throws(WireError) -> UInt8 {
        guard place < input.count else { throw .truncated(at: place, needed: 1, available: 0) }
        place += 1
        return input[place - 1]
    }

    /// The next bits as a number, the first one lowest.
    private mutating func take(_ count: Int) throws(WireError) -> Int {
        while bitCount < count {
            bits |= UInt32(try byte()) << UInt32(bitCount)
            bitCount += 8
        }
        let value = Int(bits & (1 << UInt32(count) - 1))
        bits >>= UInt32(count)
        bitCount -= count
        return value
    }

    private mutating func next(_ code: HuffmanCode) throws(WireError) -> Int {
        var walk = HuffmanCode.Walk()
        for _ in 0..<HuffmanCode.longest {
            if let symbol = code.symbol(at: &walk, bit: try take(1)) { return symbol }
        }
        throw .invalid("code", at: place)
    }

    // MARK: - Tables of RFC 1951 §3.2.5 to §3.2.7

    /// What each symbol from 257 on stands for, and how many bits are added to it.
    private static let lengths: [(base: Int, extra: Int)] = {
        var table: [(base: Int, extra: Int)] = (3...10).map { ($0, 0) }
        for extra in 1...5 { for step in 0..<4 { table.append(((1 << (extra + 2)) + 3 + step << extra, extra)) } }
        table.append((258, 0))
        return table
    }()

    private static let distances: [(base: Int, extra: Int)] = {
        var table: [(base: Int, extra: Int)] = (1...4).map { ($0, 0) }
        for extra in 1...13 { for step in 0..<2 { table.append(((1 << (extra + 1)) + 1 + step << extra, extra)) } }
        return table
    }()

    private static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private static let fixedLengths = HuffmanCode(
        known: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
            + [Int](repeating: 8, count: 8))
    private static let fixedDistances = HuffmanCode(known: [Int](repeating: 5, count: 30))
}

/// Symbols by bits, the shorter codes before the longer ones (RFC 1951 §3.2.2).
struct HuffmanCode {
    static let longest = 15

    /// How far a code was read.
    struct Walk {
        var length = 0
        var code = 0
        /// The first code of the length, and the place of its symbol.
        var first = 0
        var index = 0
    }

    /// How many codes have each length.
    private var counts = [Int](repeating: 0, count: longest + 1)
    private var symbols: [Int] = []

    /// A code by the length of each symbol's; fails if there are more codes than bits can tell apart.
    init(_ lengths: [Int], at place: Int) throws(WireError) {
        self.init(known: lengths)
        var free = 1
        for length in 1...Self.longest {
            free = free * 2 - counts[length]
            guard free >= 0 else { throw .invalid("code length", at: place) }
        }
    }

    /// A code that is known to be sound.
    init(known lengths: [Int]) {
        for length in lengths where length > 0 { counts[length] += 1 }
        for length in 1...Self.longest {
            for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
        }
    }

    /// Goes one bit on; returns the symbol when the code is over.
    func symbol(at walk: inout Walk, bit: Int) -> Int? {
        walk.length += 1
        walk.code |= bit
        let count = counts[walk.length]
        if walk.code - walk.first < count { return symbols[walk.index + walk.code - walk.first] }
        walk.index += count
        walk.first = (walk.first + count) << 1
        walk.code <<= 1
        return nil
    }
}
