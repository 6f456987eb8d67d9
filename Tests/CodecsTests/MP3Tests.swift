import Bytes
import Codecs
import TestSupport
import Testing

@Suite("Headers of MP3, ISO/IEC 11172-3 §2.4.1.3")
struct MP3Tests {
    private static func header(_ bytes: [UInt8]) throws -> MP3.Header { try MP3.Header(parsing: bytes.span) }

    @Test(
        "say what the frame is, and how long",
        arguments: [
            ([0xFF, 0xFB, 0x54, 0xC4], [48_000, 1, 64_000, 1_152, 192, 17]),
            ([0xFF, 0xFB, 0x90, 0x64], [44_100, 2, 128_000, 1_152, 417, 32]),
            ([0xFF, 0xFB, 0x92, 0x64], [44_100, 2, 128_000, 1_152, 418, 32]),
            ([0xFF, 0xFA, 0xEA, 0x04], [32_000, 2, 320_000, 1_152, 1_441, 32]),
            ([0xFF, 0xF3, 0x68, 0xC4], [16_000, 1, 48_000, 576, 216, 9]),
            ([0xFF, 0xF3, 0xE0, 0x00], [22_050, 2, 160_000, 576, 522, 17]),
            ([0xFF, 0xE3, 0x18, 0xC0], [8_000, 1, 8_000, 576, 72, 9]),
        ] as [([UInt8], [Int])])
    func facts(bytes: [UInt8], facts: [Int]) throws {
        let header = try Self.header(bytes)
        #expect(
            [
                header.sampleRate, header.channelCount, header.bitsPerSecond, header.sampleCount,
                header.frameByteCount, header.sideByteCount,
            ] == facts)
        #expect(header.bytes == bytes)
        #expect(header.frameByteCount <= MP3.longestFrame)
    }

    @Test(
        "are refused where they are none, or do not say how long the frame is",
        arguments: [
            ([0xFF, 0xDB, 0x54, 0xC4], .invalid("syncword", at: 0)),
            ([0xFF, 0xEB, 0x54, 0xC4], .invalid("syncword", at: 0)),
            ([0xFF, 0xFD, 0x54, 0xC4], .invalid("layer", at: 1)),
            ([0xFF, 0xF1, 0x4C, 0x80], .invalid("layer", at: 1)),
            ([0xFF, 0xFB, 0x04, 0xC4], .invalid("bit rate", at: 2)),
            ([0xFF, 0xFB, 0xF4, 0xC4], .invalid("bit rate", at: 2)),
            ([0xFF, 0xFB, 0x5C, 0xC4], .invalid("sampling frequency", at: 2)),
            ([0xFF, 0xFB, 0x54], .truncated(at: 0, needed: 4, available: 3)),
        ] as [([UInt8], WireError)])
    func refusals(bytes: [UInt8], error: WireError) {
        #expect(throws: error) { try Self.header(bytes) }
    }

    @Test("belong together if version, rate and channels are the same")
    func alike() throws {
        let header = try Self.header([0xFF, 0xFB, 0x90, 0x64])
        let (padded, faster) = (try Self.header([0xFF, 0xFB, 0x92, 0x44]), try Self.header([0xFF, 0xFB, 0xA0, 0x64]))
        #expect(header.isAlike(padded) && header.isSteady(with: padded))
        #expect(header.isAlike(faster) && !header.isSteady(with: faster))
        for other: [UInt8] in [[0xFF, 0xFB, 0x94, 0x64], [0xFF, 0xF3, 0x90, 0x64], [0xFF, 0xFB, 0x90, 0xC4]] {
            #expect(!header.isAlike(try Self.header(other)))
        }
    }

    @Test("begin frames of silence that are as long as the others", arguments: MP3Frames.Kind.allCases)
    func silence(kind: MP3Frames.Kind) throws {
        for frame in MP3Frames(kind, count: 30).frames {
            let header = try Self.header(frame)
            for isPadded in [false, true] {
                let silence = header.silence(isPadded: isPadded)
                let made = try Self.header(silence)
                #expect(made.isSteady(with: header) && made.frameByteCount == silence.count)
                #expect(silence.dropFirst(MP3.Header.byteCount).allSatisfy { $0 == 0 })
            }
        }
    }
}
