import Codecs
import Pattern
import Testing

@testable import AV

@Suite("Telephone encoder")
struct TelephoneEncoderTests {
    static let codecs: [Codec] = [.pcmu, .pcma, .g722]

    /// Where beeps begin that went through an encoder and a decoder, in samples at 48 kHz.
    static func onsets(_ codec: Codec, channelCount: Int) throws -> [Int64] {
        var encoder = try TelephoneEncoder(codec, channelCount: channelCount)
        var decoder = try TelephoneDecoder(codec, channelCount: 1)
        let beep = Beep(channelCount: channelCount)
        var (pcm, heard): ([Int16], [Int16]) = ([], [])
        for packet in 0..<125 {
            pcm.removeAll()
            beep.append(960, from: Int64(packet) * 960, to: &pcm)
            let bytes = try encoder.encode(pcm)
            #expect(bytes.count == 160)
            try decoder.decode(bytes, into: &heard)
        }
        var (detector, onsets) = (BeepDetector(), [Int64]())
        detector.listen(to: heard.map { Float($0) / 32_768 }, onsets: &onsets)
        return onsets.map { $0 - Int64(encoder.delay) }
    }

    @Test("what was encoded is heard when it said, to a third of a millisecond", arguments: codecs, [1, 2])
    func delay(_ codec: Codec, _ channelCount: Int) throws {
        let onsets = try Self.onsets(codec, channelCount: channelCount)
        // The first beep sounds from the first sample on, and is told from a beginning by the codec's delay alone.
        let seconds = onsets.map { Double($0) / 48_000 }.filter { $0 > 0.5 }
        #expect(seconds.count == 2)
        for (second, expected) in zip(seconds, [1.0, 2.0]) { #expect(abs(second - expected) <= 1 / 3_000) }
    }

    @Test("takes nothing else for a telephone codec")
    func refuses() {
        #expect(throws: CodecError.self) { _ = try TelephoneEncoder(.opus, channelCount: 1) }
    }

    @Test("what the lower rate cannot hold is not heard as something else", arguments: [3, 6])
    func aliases(_ factor: Int) {
        var decimator = Decimator(factor: factor)
        var output: [Int16] = []
        // As many samples a period as make twice the lower rate's limit: it would come out as a constant.
        let input = (0..<4_800).map { $0 % factor == 0 ? Float(10_000) : 0 }
        decimator.convert(input, into: &output)
        // What is left is its mean.
        let mean = 10_000 / factor
        #expect(output.dropFirst(96).allSatisfy { abs(Int($0) - mean) <= mean / 50 })
    }
}
