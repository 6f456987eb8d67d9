import Bytes
import Foundation
import MP4
import TestSupport
import Testing
import Units

@testable import Repair

/// The bars: no crash, no endless loop, nothing written but the output, and all that lies before the damage recovered.
///
/// The ordinary run takes samples; with `LATHE_SOAK` set, every cut and ten thousand flipped bits of each kind.
@Suite("Whatever happened to a file")
struct RepairPropertyTests {
    private static let isSoak = ProcessInfo.processInfo.environment["LATHE_SOAK"] != nil
    private static let cutCount = 30
    private static let flipCount = isSoak ? 10_000 : 40

    @Test("all that lies before a cut is recovered", arguments: Damageable.Kind.allCases)
    func cuts(kind: Damageable.Kind) throws {
        let made = try Damageable(kind)
        let scene = try Scene(inMemory: true)
        let range = max(0, made.bytes.count - 65_536)..<made.bytes.count
        let step = Self.isSoak ? 1 : max(1, range.count / Self.cutCount)
        var generator = SeededGenerator(seed: 7)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            let cut = min(range.upperBound - 1, start + Int.random(in: 0..<step, using: &generator))
            try Self.check(made, Array(made.bytes[..<cut]), upTo: cut, in: scene, "\(kind) cut to \(cut)")
        }
    }

    @Test("all that lies before a flipped bit is recovered", arguments: Damageable.Kind.allCases)
    func flips(kind: Damageable.Kind) throws {
        let made = try Damageable(kind)
        let scene = try Scene(inMemory: true)
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<Self.flipCount {
            let range = made.flipped ?? 0..<made.bytes.count
            let bit = Int.random(in: range.lowerBound * 8..<range.upperBound * 8, using: &generator)
            var bytes = made.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            try Self.check(made, bytes, upTo: bit / 8 - made.reach, in: scene, "\(kind) bit \(bit)")
        }
    }

    /// Bits that were too much once.
    @Test(
        "all that lies before a bit is recovered that was once too much",
        arguments: [
            (Damageable.Kind.adts, 613), (.adts, 614), (.adts, 620), (.times, 16_490), (.times, 16_551),
            (.times, 16_615), (.times, 18_000), (.timedPictures, 81_890), (.timedPictures, 81_896),
            (.times, 8 * 44), (.times, 8 * 49 + 1), (.times, 17_899), (.timedSound, 43_719), (.transport, 49_640),
            (.transport, 22_831),
            (.transport, 18_207), (.transport, 18_222), (.transport, 22_828), (.transport, 22_847),
            (.transport, 30_242),
            (.transport, 126_344), (.transport, 264_712),
        ])
    func once(kind: Damageable.Kind, bit: Int) throws {
        let made = try Damageable(kind)
        var bytes = made.bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        let scene = try Scene(inMemory: true)
        try Self.check(made, bytes, upTo: bit / 8 - made.reach, in: scene, "\(kind) bit \(bit)")
    }

    @Test("many damages at once end in some way", arguments: Damageable.Kind.allCases)
    func many(kind: Damageable.Kind) throws {
        let made = try Damageable(kind)
        let scene = try Scene(inMemory: true)
        var generator = SeededGenerator(seed: 13)
        for _ in 0..<(Self.isSoak ? 2_000 : 20) {
            var bytes = made.bytes
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 50))
                default: bytes.insert(contentsOf: bytes[max(0, place - 40)..<place], at: place)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            try Self.check(made, bytes, upTo: -1, in: scene, "\(kind) many")
        }
    }

    /// Repairs damaged bytes, and compares what came back with what ended before `end`.
    private static func check(
        _ made: Damageable, _ bytes: [UInt8], upTo end: Int, in scene: Scene, _ comment: String
    ) throws {
        try scene.clear()
        for (name, other) in made.others { try scene.write(name, other) }
        try scene.write(made.name, bytes)
        let before = Set(scene.names)
        let reports = try scene.repair(made.name)
        #expect(reports.count == 1)
        #expect(Set(scene.names).subtracting(before).isSubset(of: [made.output]), "\(comment): \(scene.names)")
        #expect(try scene.bytes(made.name) == bytes, "\(comment): the damaged file is as it was")
        let output = scene.names.contains(made.output) ? made.output : made.name
        let found = Damageable.content(try scene.bytes(output), output)
        let expected = (
            pictures: made.pictures.filter { $0.end <= end }.map(\.bytes),
            sounds: made.sounds.filter { $0.end <= end }.map(\.bytes)
        )
        let missing = (
            pictures: firstMissing(expected.pictures, in: found.pictures),
            sounds: firstMissing(expected.sounds, in: found.sounds)
        )
        #expect(missing.pictures == nil, "\(comment): of \(expected.pictures.count) pictures, \(reports)")
        #expect(missing.sounds == nil, "\(comment): of \(expected.sounds.count) packets of sound, \(reports)")
    }

    /// The number of the first sample that is not where it should be.
    private static func firstMissing(_ expected: [[UInt8]], in found: [[UInt8]]) -> Int? {
        expected.indices.first { $0 >= found.count || expected[$0] != found[$0] }
    }
}
