/// A source of randomness whose whole sequence follows from its seed (SplitMix64).
///
/// For simulations that must repeat themselves and for identifiers that only have to differ; of no use
/// for secrets, which come from the shell.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number of at least 0 and below 1.
    public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
