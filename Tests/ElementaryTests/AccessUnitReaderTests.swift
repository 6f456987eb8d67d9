import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("Pictures of a byte stream")
struct AccessUnitReaderTests {
    private static func pictures(_ stream: [UInt8], _ codec: Codec) -> [AccessUnit] {
        var (units, reader) = (ByteStreamReader(), AccessUnitReader(codec))
        units.push(stream)
        units.finish()
        while let unit = units.next() { reader.push(unit) }
        reader.finish()
        var pictures: [AccessUnit] = []
        while let picture = reader.next() { pictures.append(picture) }
        return pictures
    }

    @Test(
        "are those that went in",
        arguments: [(Fixture.Name.h264, Codec.h264), (.reordered, .h264), (.h265, .h265), (.h265Reordered, .h265)])
    func roundTrip(name: Fixture.Name, codec: Codec) throws {
        let samples = try Fixture(name).samplesInBand
        let found = Self.pictures(samples.flatMap { H264.byteStream(of: $0.bytes) }, codec)
        #expect(found.map(\.bytes) == samples.map(\.bytes))
        #expect(found.map(\.isKeyframe) == samples.map(\.isKeyframe))
        var offset = 4
        for (picture, sample) in zip(found, samples) {
            #expect(picture.offset == offset)
            offset += sample.bytes.count
        }
    }

    @Test("of several slices are one, and delimiters are left out")
    func slices() {
        // Delimiter, two slices of an IDR picture, two of another; first_mb_in_slice is 0 and 1.
        let stream: [UInt8] = [
            0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x65, 0x88, 1, 0, 0, 1, 0x65, 0x44, 1, 0, 0, 1, 0x41, 0x9A, 2, 0, 0, 1, 0x41,
            0x44, 2, 0, 0, 1, 0x0A,
        ]
        let found = Self.pictures(stream, .h264)
        #expect(found.map(\.isKeyframe) == [true, false])
        #expect(found.map(\.bytes.count) == [14, 14])
    }

    @Test("begin with the slices that are left if the first is lost")
    func lostFirstSlice() {
        let stream: [UInt8] = [0, 0, 1, 0x65, 0x88, 1, 0, 0, 1, 0x41, 0x44, 2, 0, 0, 1, 0x01, 0x44, 2]
        #expect(Self.pictures(stream, .h264).map(\.isKeyframe) == [true, false, false])
    }

    @Test("that are too large are forgotten, and the next is whole")
    func tooLarge() {
        var reader = AccessUnitReader(.h264)
        let slice = [0x65, 0x88] + [UInt8](repeating: 0x55, count: 6 << 20)
        for number in 0..<3 {
            var bytes = slice
            if number > 0 { bytes[1] = 0x44 }
            reader.push(ByteStreamUnit(offset: number, bytes: bytes))
        }
        reader.push(ByteStreamUnit(offset: 9, bytes: [0x41, 0x9A, 1]))
        reader.finish()
        #expect(reader.next()?.offset == 9)
        #expect(reader.next() == nil)
    }

    @Test("never trap", arguments: [Codec.h264, .h265])
    func damage(codec: Codec) throws {
        let samples = try Fixture(codec == .h264 ? .h264 : .h265).samplesInBand.prefix(2)
        let stream = samples.flatMap { H264.byteStream(of: Array($0.bytes.prefix(300))) }
        neverTraps(stream) { _ = Self.pictures($0, codec) }
    }
}
