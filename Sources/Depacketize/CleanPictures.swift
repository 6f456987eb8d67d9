/// Which of a stream's latest pictures were whole, and made of whole ones only.
///
/// Numbers are unwrapped; of each, up to eight spatial layers are told apart.
struct CleanPictures: Sendable {
    /// How far back a picture may be referred to: more than any buffer of decoders spans at 60 pictures a second.
    static let capacity = 256

    private var numbers: [Int64] = []
    private var layers: [UInt8] = []

    /// Notes that a layer of a picture is clean.
    mutating func insert(_ number: Int64, layer: Int = 0) {
        if numbers.isEmpty {
            numbers = [Int64](repeating: .min, count: Self.capacity)
            layers = [UInt8](repeating: 0, count: Self.capacity)
        }
        let index = Int(truncatingIfNeeded: number) & (Self.capacity - 1)
        if numbers[index] != number { (numbers[index], layers[index]) = (number, 0) }
        layers[index] |= 1 << UInt8(layer & 7)
    }

    /// Whether a layer of a picture is known to be clean.
    func contains(_ number: Int64, layer: Int = 0) -> Bool {
        guard !numbers.isEmpty else { return false }
        let index = Int(truncatingIfNeeded: number) & (Self.capacity - 1)
        return numbers[index] == number && layers[index] >> UInt8(layer & 7) & 1 == 1
    }

    /// Forgets all of them.
    mutating func removeAll() {
        for index in numbers.indices { numbers[index] = .min }
    }
}

/// Counts a wrapping number of a few bits on without end: each lands nearest to the last.
struct CountUnwrapper: Sendable {
    private(set) var last: Int64?

    mutating func unwrap(_ value: Int, bitCount: Int) -> Int64 {
        let place = place(of: value, bitCount: bitCount)
        last = place
        return place
    }

    private func place(of value: Int, bitCount: Int) -> Int64 {
        guard let last else { return Int64(value) }
        let span = Int64(1) << Int64(bitCount)
        var step = (Int64(value) - last) & (span - 1)
        if step >= span / 2 { step -= span }
        return last + step
    }
}
