import Codecs
import Testing

@testable import Pattern

@Suite("Pictures of the pattern")
struct PatternPainterTests {
    static let sizes = [(160, 120), (320, 240), (641, 361), (1280, 720)]

    @Test("read back at any size, noise or not", arguments: sizes, [0, 40] as [UInt8])
    func reads(_ size: (width: Int, height: Int), _ noise: UInt8) {
        var painter = PatternPainter(width: size.width, height: size.height, framesPerSecond: 30, tag: 513)
        painter.noiseAmplitude = noise
        var picture = Picture(width: size.width, height: size.height)
        let reader = PatternReader(width: size.width, height: size.height)
        for number in [0, 2, 3, 29, 30, 31, 1_000_000] as [UInt32] {
            painter.draw(number, into: &picture)
            let reading = reader.read(picture)
            #expect(reading.mark == PatternMark(number: number, framesPerSecond: 30, tag: 513))
            #expect(reading.isFlashing == (number % 30 < 3))
        }
    }

    @Test("stand upright when turned as said, whatever their size, and only then", arguments: sizes, Rotation.allCases)
    func turned(_ size: (width: Int, height: Int), _ rotation: Rotation) {
        let painter = PatternPainter(width: size.width, height: size.height, framesPerSecond: 30, tag: 513)
        var upright = Picture(width: size.width, height: size.height)
        painter.draw(31, into: &upright)
        let isSideways = rotation == .quarter || rotation == .threeQuarters
        let (width, height) = isSideways ? (size.height, size.width) : size
        var coded = Picture(width: width, height: height)
        upright.copy(heldBy: rotation, into: &coded)
        for other in Rotation.allCases {
            let reading = PatternReader(width: width, height: height, rotation: other).read(coded)
            let mark = PatternMark(number: 31, framesPerSecond: 30, tag: 513)
            #expect(reading.mark == (other == rotation ? mark : nil))
            if other == rotation { #expect(reading.isFlashing) }
        }
    }

    @Test("a camera turned clockwise by a quarter codes the upper left corner at the lower left")
    func direction() {
        var upright = Picture(width: 4, height: 2)
        upright.luma = [1, 2, 3, 4, 5, 6, 7, 8]
        upright.blue = [10, 20]
        var coded = Picture(width: 2, height: 4)
        upright.copy(heldBy: .quarter, into: &coded)
        #expect(coded.luma == [4, 8, 3, 7, 2, 6, 1, 5])
        #expect(coded.blue == [20, 10])
        upright.copy(heldBy: .threeQuarters, into: &coded)
        #expect(coded.luma == [5, 1, 6, 2, 7, 3, 8, 4])
        var half = Picture(width: 4, height: 2)
        upright.copy(heldBy: .half, into: &half)
        #expect(half.luma == [8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test("flash for the first tenth of each second", arguments: [(10, 1), (15, 2), (25, 3), (30, 3), (60, 6)])
    func flashes(_ framesPerSecond: Int, _ count: UInt32) {
        let painter = PatternPainter(width: 64, height: 64, framesPerSecond: framesPerSecond, tag: 0)
        for number in 0..<UInt32(framesPerSecond * 2) {
            #expect(painter.flashes(number) == (number % UInt32(framesPerSecond) < count))
        }
    }

    @Test("do not depend on what the picture held before")
    func overwrites() {
        let painter = PatternPainter(width: 320, height: 240, framesPerSecond: 30, tag: 3)
        var used = Picture(width: 320, height: 240)
        painter.draw(0, into: &used)
        painter.draw(50, into: &used)
        var fresh = Picture(width: 320, height: 240)
        painter.draw(50, into: &fresh)
        #expect(used == fresh)
    }

    @Test("tell users apart by colour")
    func colours() {
        let colours = (0..<32).map { PatternColour(tag: $0) }
        #expect(Set(colours.map { "\($0)" }).count == 32)
        #expect(colours.allSatisfy { $0.luma <= 130 })
    }

    @Test("say nothing when they are of something else")
    func foreign() {
        let reading = PatternReader(width: 320, height: 240).read(Picture(width: 320, height: 240))
        #expect(reading == PatternReader.Reading(mark: nil, isFlashing: false))
    }

    @Test("are noisy within the video range, differently each time")
    func noise() {
        var painter = PatternPainter(width: 320, height: 240, framesPerSecond: 30, tag: 3)
        painter.noiseAmplitude = 20
        var (first, second) = (Picture(width: 320, height: 240), Picture(width: 320, height: 240))
        painter.draw(60, into: &first)
        painter.draw(120, into: &second)
        let changed = zip(first.luma, second.luma).count { $0 != $1 }
        #expect(changed > 320 * 240 / 4)
        #expect(first.luma.allSatisfy { (16...235).contains($0) })
    }
}
