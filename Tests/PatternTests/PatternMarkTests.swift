import Testing

@testable import Pattern

@Suite("The mark in a picture")
struct PatternMarkTests {
    static let marks = [
        PatternMark(number: 0, framesPerSecond: 1, tag: 0),
        PatternMark(number: 1, framesPerSecond: 30, tag: 7),
        PatternMark(number: 0xFF_FFFF, framesPerSecond: 255, tag: 0xFFFF),
        PatternMark(number: 0x12_3456, framesPerSecond: 25, tag: 0xABCD),
    ]

    @Test("comes back from its code", arguments: marks)
    func roundTrip(_ mark: PatternMark) { #expect(PatternMark(code: mark.code) == mark) }

    @Test("is refused with any one or two bits wrong", arguments: marks)
    func damage(_ mark: PatternMark) {
        for first in 0..<PatternMark.bitCount {
            let once = mark.code ^ 1 << UInt64(first)
            #expect(PatternMark(code: once) == nil)
            for second in 0..<first { #expect(PatternMark(code: once ^ 1 << UInt64(second)) == nil) }
        }
    }

    @Test("is not seen in an all-black or all-white band")
    func plain() {
        #expect(PatternMark(code: 0) == nil)
        #expect(PatternMark(code: 1 << UInt64(PatternMark.bitCount) - 1) == nil)
    }

    @Test("keeps 24 bits of the number")
    func wraps() {
        #expect(PatternMark(number: 0x100_0005, framesPerSecond: 30, tag: 1).number == 5)
    }
}
