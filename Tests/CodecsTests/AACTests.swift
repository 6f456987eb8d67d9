import Bytes
import Codecs
import TestSupport
import Testing

@Suite("AAC, ISO/IEC 14496-3")
struct AACTests {
    @Test(
        "has an AudioSpecificConfig of two bytes",
        arguments: [(48_000, 2, "1190"), (44_100, 2, "1210"), (48_000, 1, "1188"), (7350, 1, "1608")])
    func configuration(_ rate: Int, _ channels: Int, _ hex: String) throws {
        let configuration = AAC.Configuration(sampleRate: rate, channelCount: channels)
        #expect(configuration.bytes.hex == hex)
        #expect(try parse(configuration.bytes) == configuration)
    }

    @Test("reads what follows an explicit rate, and leaves extensions alone")
    func odd() throws {
        // Object type 2, index 15, 0x00BB80 = 48,000, one channel.
        let bytes: [UInt8] = [0x17, 0x80, 0x5D, 0xC0, 0x08]
        #expect(try parse(bytes) == AAC.Configuration(sampleRate: 48_000, channelCount: 1))
        #expect(try parse([0x11, 0x90, 0x56, 0xE5]) == AAC.Configuration(sampleRate: 48_000, channelCount: 2))
    }

    @Test(
        "refuses",
        arguments: [
            ([0x29, 0x90], .invalid("audio object type", at: 0)),
            ([0x16, 0x90], .invalid("sampling frequency", at: 0)),
            ([0x11, 0x80], .invalid("channel configuration", at: 1)),
            ([0x11], .truncated(at: 0, needed: 1, available: 0)),
        ] as [([UInt8], WireError)])
    func refuses(_ bytes: [UInt8], _ error: WireError) {
        #expect(throws: error) { try parse(bytes) }
    }

    @Test("has ADTS headers as FFmpeg writes them")
    func adts() throws {
        let configuration = AAC.Configuration(sampleRate: 44_100, channelCount: 2)
        let header = AAC.adtsHeader(configuration, byteCount: 338)
        #expect(header.hex == "fff150802b3ffc")
        let stream = header + [UInt8](repeating: 1, count: 400)
        let parsed = try AAC.parseADTS(stream.span)
        #expect(parsed.configuration == configuration)
        #expect(parsed.packet == 7..<345)
    }

    @Test("never traps")
    func mutations() {
        neverTraps([0x17, 0x80, 0x5D, 0xC0, 0x08]) { _ = try parse($0) }
        let header = AAC.adtsHeader(AAC.Configuration(sampleRate: 48_000, channelCount: 1), byteCount: 3)
        neverTraps(header + [1, 2, 3]) { _ = try AAC.parseADTS($0.span) }
    }

    private func parse(_ bytes: [UInt8]) throws(WireError) -> AAC.Configuration {
        try AAC.Configuration(parsing: bytes.span)
    }
}
