import Bytes
import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("The first frame of an MP3 file")
struct MP3SummaryTests {
    private static func header(_ kind: MP3Frames.Kind) throws -> MP3.Header {
        try MP3Frames(kind, count: 1).header
    }

    private static func summary() -> MP3Summary {
        var summary = MP3Summary(delay: 576)
        (summary.frameCount, summary.byteCount, summary.padding, summary.checksum) = (0x0102, 0x030405, 1_234, 0xABCD)
        return summary
    }

    @Test(
        "is a frame like the others, with what it says at the places where players look",
        arguments: MP3Frames.Kind.allCases)
    func layout(kind: MP3Frames.Kind) throws {
        let header = try Self.header(kind)
        let frame = try #require(Self.summary().frame(like: header))
        #expect(frame.count == header.plain().frameByteCount)
        #expect(try MP3.Header(parsing: frame.span).isSteady(with: header))
        let side = header.sideByteCount
        #expect(frame[4..<4 + side].allSatisfy { $0 == 0 })
        let rest = Array(frame[(4 + side)...])
        #expect(rest[0..<4].elementsEqual("Info".utf8))
        #expect(rest[4..<16].elementsEqual([0, 0, 0, 15, 0, 0, 1, 2, 0, 3, 4, 5]))
        #expect(rest[16..<20].elementsEqual([0, 2, 5, 7]) && rest[115] == 253)
        #expect(rest[120..<124].elementsEqual("LAME".utf8))
        #expect(rest[140] == UInt8(header.bitsPerSecond / 1_000))
        // 576 and 1234 in twelve bits each.
        #expect(rest[141..<144].elementsEqual([0x24, 0x04, 0xD2]))
        #expect(rest[148..<154].elementsEqual([0, 3, 4, 5, 0xAB, 0xCD]))
        var own = CRC16()
        let covered = frame[..<(4 + side + 154)]
        own.add(covered.span)
        #expect(Int(rest[154]) << 8 | Int(rest[155]) == Int(own.value))
    }

    @Test("is read as it was written, and at no beginning of itself", arguments: MP3Frames.Kind.allCases)
    func reading(kind: MP3Frames.Kind) throws {
        let header = try Self.header(kind)
        let frame = try #require(Self.summary().frame(like: header))
        #expect(MP3Summary(reading: frame, header) == Self.summary())
        for count in 0..<4 + header.sideByteCount + 156 {
            #expect(MP3Summary(reading: Array(frame.prefix(count)), header) == nil)
        }
        #expect(MP3Summary(reading: MP3Frames(kind, count: 1).frames[0], header) == nil)
        var other = frame
        other[4 + header.sideByteCount + 7] = 3
        #expect(MP3Summary(reading: other, header) == nil)
    }

    @Test("counts as sound what is neither before nor behind it, and no more than comes out of a decoder")
    func counting() throws {
        let header = try Self.header(.mono48)
        var summary = MP3Summary(delay: 576)
        summary.close(frameCount: 10, byteCount: 2_112, checksum: 1, soundCount: 10_000, of: header)
        #expect(summary.padding == 10 * 1_152 - 576 - 10_000)
        #expect(summary.soundCount(of: header) == 10_000)
        summary.close(frameCount: 10, byteCount: 2_112, checksum: 1, soundCount: 11_000, of: header)
        #expect(summary.padding == MP3.decoderDelay)
        #expect(summary.soundCount(of: header) == 10 * 1_152 - 1_105)
        summary.close(frameCount: 10, byteCount: 2_112, checksum: 1, soundCount: 0, of: header)
        #expect(summary.padding == 4_095)
    }

    @Test("has no place in frames that are too short for it")
    func short() throws {
        let bytes: [UInt8] = [0xFF, 0xFB, 0x14, 0xC4]
        let header = try MP3.Header(parsing: bytes.span)
        #expect(header.frameByteCount == 96)
        #expect(Self.summary().frame(like: header) == nil)
    }
}
