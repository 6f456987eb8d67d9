import Bytes
import Codecs
import TestSupport
import Testing
import Units

@Suite("VP9 frames")
struct VP9Tests {
    @Test("of an encoder tell size, depth and references")
    func fixture() throws {
        let fixture = try Fixture(.vp9)
        var sizes = VP9.SlotSizes()
        for sample in fixture.samples {
            #expect(VP9.isKeyframe(sample.bytes) == sample.isKeyframe)
            for range in VP9.frames(in: sample.bytes) {
                let header = try VP9.FrameHeader(parsing: sample.bytes.span.extracting(range))
                #expect(sizes.receive(header) == PictureSize(width: 160, height: 96))
                #expect(header.isKeyframe || header.existingSlot != nil || header.referredSlots != 0)
            }
        }
        let first = Frame(
            codec: .vp9, ticks: 0, isKeyframe: true, bytes: fixture.samples[0].bytes, arrival: .ms(0))
        #expect(TrackFormat(startingWith: first) == fixture.format)
        #expect(VP9.format(ofKeyframe: fixture.samples[1].bytes) == nil)
    }

    // Written by hand after §6.2.
    @Test("tell colour and subsampling of every profile")
    func colours() throws {
        // Marker 10, profile 1 (low bit first), key frame, shown; BT.709, full range, 4:2:2; 64 × 48.
        let profile1 = bits("10 1 0 0 0 1 0 " + sync + "010 1 1 0 0" + size + "0")
        let header = try VP9.FrameHeader(parsing: profile1.span)
        #expect(header.profile == 1 && header.isKeyframe && header.isShown)
        #expect(header.size == PictureSize(width: 64, height: 48))
        #expect(header.colour?.chromaSubsampling == 2)
        #expect(
            VP9.format(ofKeyframe: profile1)?.colour
                == ColourDescription(primaries: 1, transfer: 1, matrix: 1, isFullRange: true))
        // Profile 2 with twelve bits of BT.2020.
        let profile2 = bits("10 0 1 0 0 1 0 " + sync + "1 101 0" + size + "0")
        #expect(
            VP9.format(ofKeyframe: profile2)
                == VP9Format(
                    size: PictureSize(width: 64, height: 48), profile: 2, bitDepth: 12, chromaSubsampling: 1,
                    isFullRange: false, colourSpace: 5))
        // Profile 3 with RGB: never subsampled.
        let profile3 = bits("10 1 1 0 0 0 1 0 " + sync + "0 111 0" + size + "0")
        #expect(VP9.format(ofKeyframe: profile3)?.chromaSubsampling == 3)
        #expect(VP9.format(ofKeyframe: profile3)?.bitDepth == 10)
    }

    @Test("tell which slots they use and fill")
    func references() throws {
        // Shown, error resilient; into slots 0 and 3; from slots 2, 5 and 5; the size of the second.
        let frame = bits("10 0 0 0 1 1 1 00001001 010 0 101 1 101 0 0 1 0")
        let header = try VP9.FrameHeader(parsing: frame.span)
        #expect(header.refreshedSlots == 0b1001)
        #expect(header.referredSlots == 0b10_0100)
        #expect(header.sizeSlot == 5)
        // Hidden intra frame of profile 0: no colour is told.
        let intra = bits("10 0 0 0 1 0 1 1 " + sync + "00000010" + size + "0")
        let intraHeader = try VP9.FrameHeader(parsing: intra.span)
        #expect(intraHeader.isIntraOnly && !intraHeader.isShown)
        #expect(intraHeader.refreshedSlots == 2 && intraHeader.referredSlots == 0)
        // Slot 6, once more.
        let existing = try VP9.FrameHeader(parsing: bits("10 0 0 1 110").span)
        #expect(existing.existingSlot == 6)
    }

    @Test(
        "share a superframe, and are found in it again",
        arguments: [[1], [3, 200], [70_000, 1, 256], [5, 5, 5, 5, 5, 5, 5, 5]])
    func superframes(_ sizes: [Int]) {
        var superframe = sizes.flatMap { [UInt8](repeating: 0x82, count: $0) }
        VP9.appendSuperframeIndex(sizes: sizes, to: &superframe)
        #expect(VP9.frames(in: superframe).map(\.count) == sizes)
        #expect(VP9.frames(in: superframe).first?.lowerBound == 0)
    }

    @Test("are whole where an index is none")
    func noIndex() {
        #expect(VP9.frames(in: []) == [])
        #expect(VP9.frames(in: [0x82, 0xC0]) == [0..<2])
        // Sizes beyond what there is.
        #expect(VP9.frames(in: [0x82, 0xC0, 9, 0xC0]) == [0..<4])
        // A layer that was left out counts nothing.
        #expect(VP9.frames(in: [0x82, 0x83, 0xC1, 0, 2, 0xC1]) == [0..<2])
    }

    @Test("never trap")
    func mutations() throws {
        let sample = try #require(try Fixture(.vp9).samples.first)
        var superframe = Array(sample.bytes.prefix(40))
        VP9.appendSuperframeIndex(sizes: [30, 10], to: &superframe)
        neverTraps(superframe) { bytes in
            for range in VP9.frames(in: bytes) { #expect(range.upperBound <= bytes.count) }
            _ = VP9.format(ofKeyframe: bytes)
        }
    }

    private let sync = "01001001 10000011 01000010 "
    private let size = " 0000000000111111 0000000000101111 "
}

/// Bits as bytes, zeros behind them.
func bits(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, bit) in text.filter({ $0 == "0" || $0 == "1" }).enumerated() {
        if index % 8 == 0 { bytes.append(0) }
        if bit == "1" { bytes[index / 8] |= 0x80 >> UInt8(index % 8) }
    }
    return bytes
}
