import Units

/// Feeds a parser every small damage of an input that it accepts: a trap ends the test run.
///
/// Every prefix; every bit flipped, one at a time; every byte at its extremes; junk behind the end; and two hundred
/// random damages of several bytes at once, the same ones on every run. What `parse` throws is of no interest.
public func neverTraps(_ input: [UInt8], parse: ([UInt8]) throws -> Void) {
    func attempt(_ bytes: [UInt8]) { _ = try? parse(bytes) }
    attempt(input)
    for count in 0...input.count { attempt(Array(input[..<count])) }
    var damaged = input
    for index in input.indices {
        for bit in 0..<8 {
            damaged[index] = input[index] ^ 1 << bit
            attempt(damaged)
        }
        for extreme: UInt8 in [0, 0x7F, 0x80, 0xFF] {
            damaged[index] = extreme
            attempt(damaged)
        }
        damaged[index] = input[index]
    }
    for junk in junkTails { attempt(input + junk) }
    var generator = SeededGenerator(seed: UInt64(input.count))
    for _ in 0..<200 { attempt(damage(input, with: &generator)) }
}

private let junkTails: [[UInt8]] = [
    [0], [0xFF], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [UInt8](repeating: 0xA5, count: 67),
]

/// Up to eight random bytes at random places, and a random end.
private func damage(_ input: [UInt8], with generator: inout SeededGenerator) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...8, using: &generator) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
    }
    if Bool.random(using: &generator), !bytes.isEmpty {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
    }
    return bytes
}
