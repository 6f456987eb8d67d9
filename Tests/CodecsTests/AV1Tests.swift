import Bytes
import Codecs
import TestSupport
import Testing
import Units

@Suite("AV1 temporal units")
struct AV1Tests {
    @Test("of an encoder tell what they are")
    func fixture() throws {
        let fixture = try Fixture(.av1)
        guard case .av1(_, _, let sequenceHeader) = fixture.format else { return }
        let sequence = try AV1.SequenceHeader(parsing: sequenceHeader)
        #expect((sequence.width, sequence.height, sequence.profile, sequence.bitDepth) == (160, 96, 0, 8))
        #expect(sequence.isSubsampledHorizontally && sequence.isSubsampledVertically && !sequence.isMonochrome)
        #expect(sequence.colour == ColourDescription(primaries: 1, transfer: 1, matrix: 1, isFullRange: false))
        for sample in fixture.samples {
            #expect(AV1.isKeyframe(sample.bytes) == sample.isKeyframe)
            for unit in AV1.units(in: sample.bytes) where unit.type?.beginsWithFrameHeader == true {
                let payload = sample.bytes.span.extracting(unit.payload)
                let frame = try AV1.FrameHeader(parsing: payload, of: unit, in: sequence)
                #expect((frame.type == .key) == sample.isKeyframe)
                #expect(frame.isShown)
                #expect(sample.isKeyframe ? frame.refreshedSlots == 0xFF : frame.referredSlots != 0)
            }
        }
        let first = Frame(
            codec: .av1, ticks: 0, isKeyframe: true, bytes: fixture.samples[0].bytes, arrival: .ms(0))
        #expect(TrackFormat(startingWith: first) == fixture.format)
        #expect(TrackFormat(startingWith: first)?.maximumReorderedPictures == 0)
    }

    @Test("travel as a byte stream behind a delimiter, and return")
    func byteStream() throws {
        let sample = try #require(try Fixture(.av1).samples.first)
        let stream = AV1.byteStream(of: sample.bytes)
        #expect(stream.prefix(2) == [0x12, 0])
        #expect(AV1.temporalUnit(ofByteStream: stream) == sample.bytes)
        // A unit without size, which only the last may be, gets one; padding goes.
        #expect(AV1.temporalUnit(ofByteStream: [0x7A, 1, 0, 0x34, 0x28, 7, 8]) == [0x36, 0x28, 2, 7, 8])
    }

    @Test(
        "count in LEB128",
        arguments: [(0, [0]), (127, [0x7F]), (128, [0x80, 1]), (16_383, [0xFF, 0x7F]), (16_384, [0x80, 0x80, 1])]
            as [(Int, [UInt8])])
    func leb128(_ value: Int, _ expected: [UInt8]) throws {
        var written: [UInt8] = []
        AV1.appendLEB128(value, to: &written)
        #expect(written == expected)
        #expect(AV1.leb128ByteCount(value) == expected.count)
        var position = 0
        #expect(try AV1.readLEB128(written.span, at: &position) == value)
        #expect(position == expected.count)
    }

    @Test(
        "never count beyond 32 bits or the end",
        arguments: ["", "80", "ffffffff7f", "8080808080808080", "808080808001"])
    func leb128Refused(_ hex: String) throws {
        let bytes = try #require([UInt8](hex: hex))
        #expect(throws: WireError.self) {
            var position = 0
            return try AV1.readLEB128(bytes.span, at: &position)
        }
    }

    @Test("never trap")
    func mutations() throws {
        let fixture = try Fixture(.av1)
        guard case .av1(_, _, let sequenceHeader) = fixture.format else { return }
        let sequence = try AV1.SequenceHeader(parsing: sequenceHeader)
        neverTraps(sequenceHeader) { _ = try AV1.SequenceHeader(parsing: $0) }
        for sample in fixture.samples.prefix(2) {
            neverTraps(Array(sample.bytes.prefix(60))) { bytes in
                _ = AV1.isKeyframe(bytes)
                _ = AV1.temporalUnit(ofByteStream: bytes)
                for unit in AV1.units(in: bytes) {
                    _ = try AV1.FrameHeader(parsing: bytes.span.extracting(unit.payload), of: unit, in: sequence)
                }
            }
        }
    }
}
