import Bytes
import Codecs
import Testing

@testable import Capture

@Suite("An AAC file of packets with headers")
struct ADTSWriterTests {
    private static func write(_ sizes: [Int], configuration: [UInt8] = [0x11, 0x90]) -> [UInt8] {
        var writer = ADTSWriter()
        _ = writer.addTrack(.aac(sampleRate: 48_000, channelCount: 2, configuration: configuration))
        for (index, size) in sizes.enumerated() {
            writer.append(
                Sample(
                    decodeTicks: Int64(index) * 1_024, durationTicks: 1_024, isKeyframe: true,
                    bytes: [UInt8](repeating: 7, count: size)))
        }
        writer.finish()
        var bytes: [UInt8] = []
        while let write = writer.nextWrite() {
            if case .append(let more) = write { bytes += more }
        }
        return bytes
    }

    @Test("has the header of ISO/IEC 14496-3 §1.A.3.2 before each packet")
    func header() {
        // LC, 48 kHz, two channels; 7 + 3 = 10 bytes.
        #expect(Self.write([3]) == [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x5F, 0xFC, 7, 7, 7])
        // LC, 44.1 kHz, one channel; 7 + 505 = 512 bytes.
        #expect(
            Self.write([505], configuration: [0x12, 0x08]).prefix(7) == [0xFF, 0xF1, 0x50, 0x40, 0x40, 0x1F, 0xFC])
        #expect(Self.write([3, 4]).count == 10 + 11)
        #expect(Self.write([]) == [])
    }

    @Test("leaves out packets that its 13 bits cannot count")
    func long() { #expect(Self.write([8_184, 8_185]).count == 8_191) }

    @Test("holds nothing but AAC")
    func foreign() {
        var writer = ADTSWriter()
        let isOpusTaken = writer.addTrack(.opus(channelCount: 1, preSkip: 0))
        let isNothingTaken = writer.addTrack(.aac(sampleRate: 48_000, channelCount: 1, configuration: []))
        #expect(!isOpusTaken && !isNothingTaken)
    }
}
