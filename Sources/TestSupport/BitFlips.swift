/// What a parser must survive: every beginning of `bytes`, every bit of it flipped alone, and `bytes`
/// with something behind it.
///
/// A parser may refuse each or make something of it, but never trap, so calling it is the test.
public func mutations(of bytes: [UInt8]) -> [[UInt8]] {
    var mutations: [[UInt8]] = []
    for count in 0..<bytes.count { mutations.append(Array(bytes[..<count])) }
    for index in bytes.indices {
        for bit in 0..<8 {
            var flipped = bytes
            flipped[index] ^= 1 << UInt8(bit)
            mutations.append(flipped)
        }
    }
    mutations.append(bytes + [0])
    mutations.append(bytes + [UInt8](repeating: 0xFF, count: 7))
    return mutations
}
