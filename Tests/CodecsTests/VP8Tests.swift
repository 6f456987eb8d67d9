import Bytes
import Codecs
import TestSupport
import Testing

@Suite("VP8 frames, RFC 6386 §9.1")
struct VP8Tests {
    /// The head of a keyframe made by libvpx, 178 by 100.
    private let keyframe: [UInt8] = [0x36, 0, 0, 0x9D, 0x01, 0x2A, 0xB2, 0x00, 0x64, 0x00, 0x47]

    @Test("tell their size, scaling aside")
    func size() throws {
        let size = try #require(VP8.size(ofKeyframe: keyframe))
        #expect(size == (178, 100))
        var scaled = keyframe
        scaled[7] |= 0x40
        scaled[9] |= 0x80
        #expect(try #require(VP8.size(ofKeyframe: scaled)) == (178, 100))
    }

    @Test(
        "have no size",
        arguments: [(0, 0x37), (3, 0x9C), (6, 0)] as [(Int, UInt8)])
    func noSize(_ index: Int, _ byte: UInt8) {
        var damaged = keyframe
        damaged[index] = byte
        #expect(VP8.size(ofKeyframe: damaged) == nil)
        #expect(VP8.size(ofKeyframe: Array(keyframe[..<9])) == nil)
    }

    @Test("are keyframes by their first bit")
    func keyframes() {
        #expect(VP8.isKeyframe([0x36]))
        #expect(!VP8.isKeyframe([0x37]))
        #expect(!VP8.isKeyframe([]))
    }

    @Test("never trap")
    func mutations() { neverTraps(keyframe) { _ = VP8.size(ofKeyframe: $0) } }
}
