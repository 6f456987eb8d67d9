import Codecs
import Pattern
import Testing

@testable import AV

@Suite("Opus")
struct OpusTests {
    static func tone(from place: Int64, count: Int, channelCount: Int) -> [Int16] {
        (0..<count * channelCount).map { index in
            let step = (place + Int64(index / channelCount)) % 48
            return step < 24 ? 8_000 : -8_000
        }
    }

    static func energy(_ samples: some Sequence<Int16>) -> Double { samples.reduce(0) { $0 + Double($1) * Double($1) } }

    @Test("gives back as many samples as it took", arguments: [1, 2], [120, 240, 480, 960, 1920, 2880])
    func counts(_ channelCount: Int, _ count: Int) throws {
        var encoder = try OpusEncoder(.init(channelCount: channelCount))
        var decoder = try OpusDecoder(channelCount: channelCount)
        var pcm: [Int16] = []
        for turn in 0..<5 {
            let packet = try encoder.encode(
                Self.tone(from: Int64(turn * count), count: count, channelCount: channelCount))
            let decoded = try decoder.decode(packet, into: &pcm)
            #expect(decoded == count)
        }
        #expect(pcm.count == 5 * count * channelCount)
    }

    @Test("lags behind by exactly its lookahead", arguments: [true, false])
    func lookahead(_ isStereo: Bool) throws {
        let channelCount = isStereo ? 2 : 1
        var encoder = try OpusEncoder(.init(channelCount: channelCount))
        var decoder = try OpusDecoder(channelCount: 1)
        let beep = Beep(channelCount: channelCount)
        var pcm: [Int16] = []
        for turn in 0..<100 {
            var samples: [Int16] = []
            beep.append(960, from: Int64(turn * 960) - 24_000, to: &samples)
            try decoder.decode(try encoder.encode(samples), into: &pcm)
        }
        var detector = BeepDetector()
        var onsets: [Int64] = []
        detector.listen(to: pcm.map { Float($0) / 32_768 }, onsets: &onsets)
        #expect(onsets.count == 2)
        for (onset, expected) in zip(onsets, [24_000, 72_000]) {
            #expect(abs(onset - Int64(expected + encoder.lookahead)) <= 24)
        }
    }

    @Test("recovers a lost packet from the next, and conceals one without")
    func loss() throws {
        var settings = OpusEncoder.Settings(channelCount: 1, bitsPerSecond: 24_000)
        settings.hasForwardCorrection = true
        settings.expectedLossPercent = 20
        settings.isVoice = true
        var encoder = try OpusEncoder(settings)
        var decoder = try OpusDecoder(channelCount: 1)
        var packets: [[UInt8]] = []
        for turn in 0..<20 {
            packets.append(try encoder.encode(Self.tone(from: Int64(turn * 960), count: 960, channelCount: 1)))
        }
        var pcm: [Int16] = []
        for packet in packets[..<10] { try decoder.decode(packet, into: &pcm) }
        pcm.removeAll()
        try decoder.recover(960, before: packets[11], into: &pcm)
        #expect(pcm.count == 960)
        #expect(Self.energy(pcm) > Self.energy(Self.tone(from: 0, count: 960, channelCount: 1)) / 10)
        try decoder.conceal(1920, into: &pcm)
        #expect(pcm.count == 2_880)
        decoder.reset()
        try decoder.decode(packets[0], into: &pcm)
        #expect(pcm.count == 3_840)
    }

    @Test("tells which packets carry a copy of the one before", arguments: [1, 2], [true, false])
    func copies(_ channelCount: Int, _ hasForwardCorrection: Bool) throws {
        var settings = OpusEncoder.Settings(channelCount: channelCount, bitsPerSecond: 24_000 * channelCount)
        settings.hasForwardCorrection = hasForwardCorrection
        settings.expectedLossPercent = 20
        settings.isVoice = true
        var encoder = try OpusEncoder(settings)
        var counts: [Int] = []
        for turn in 0..<50 {
            let packet = try encoder.encode(
                Self.tone(from: Int64(turn * 960), count: 960, channelCount: channelCount))
            counts.append(Opus.forwardCorrectionSampleCount(of: packet))
        }
        #expect(counts.filter { $0 == 960 }.count >= (hasForwardCorrection ? 40 : 0))
        #expect(counts.filter { $0 == 0 }.count >= (hasForwardCorrection ? 1 : 50))
    }

    @Test("makes pauses of silence when asked to")
    func pauses() throws {
        var settings = OpusEncoder.Settings(channelCount: 1, bitsPerSecond: 24_000)
        settings.hasPauses = true
        settings.isVoice = true
        var encoder = try OpusEncoder(settings)
        var pauseCount = 0
        for turn in 0..<150 {
            let isSilent = turn >= 50
            let pcm = isSilent ? [Int16](repeating: 0, count: 960) : Self.tone(from: 0, count: 960, channelCount: 1)
            if Opus.isPause(try encoder.encode(pcm)) { pauseCount += 1 }
        }
        #expect(pauseCount > 50)
    }

    @Test("refuses what is no packet and appends nothing")
    func refuses() throws {
        var decoder = try OpusDecoder(channelCount: 2)
        var pcm: [Int16] = [1, 2]
        for bytes in [[], [0xFF], [0x03, 0xC0]] as [[UInt8]] {
            #expect(throws: CodecError.self) { try decoder.decode(bytes, into: &pcm) }
        }
        #expect(pcm == [1, 2])
    }
}
