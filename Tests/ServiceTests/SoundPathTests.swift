import AV
import Capture
import Codecs
import Testing
import Units

@testable import Service

@Suite("A user's sound, from packets to the file")
struct SoundPathTests {
    static func voiceEncoder(hasForwardCorrection: Bool = true, hasPauses: Bool = false) throws -> OpusEncoder {
        var settings = OpusEncoder.Settings(channelCount: 1, bitsPerSecond: 24_000)
        settings.hasForwardCorrection = hasForwardCorrection
        settings.expectedLossPercent = 20
        settings.hasPauses = hasPauses
        settings.isVoice = true
        return try OpusEncoder(settings)
    }

    /// So many packets of a tone, of which those that `isLost` names never arrive.
    static func tone(_ count: Int, hasForwardCorrection: Bool, isLost: (Int) -> Bool) throws -> SentSound {
        var encoder = try voiceEncoder(hasForwardCorrection: hasForwardCorrection)
        var sent = SentSound()
        for number in 0..<count {
            sent.send(try encoder.encode(Sounds.tone(960, from: sent.place)), isLost: isLost(number))
        }
        return sent
    }

    /// How faint the faintest 20 ms are, beside what is heard when nothing is lost.
    static func faintest(of heard: HeardSound, beside whole: HeardSound) -> Double {
        let end = whole.start + Int64(whole.samples.count) - 4_800
        let all = whole.loudness(from: 52_800, to: end)
        return zip(heard.loudness(from: 52_800, to: end), all).map { $0 / $1 }.min() ?? 0
    }

    @Test("has no silence at 5 % loss if its packets carry copies", arguments: 1...4 as ClosedRange<UInt64>)
    func copies(seed: UInt64) throws {
        func send(_ isLost: (Int) -> Bool) throws -> SentSound {
            var encoder = try Self.voiceEncoder()
            var sent = SentSound()
            for number in 0..<500 {
                sent.send(try encoder.encode(Sounds.voice(960, from: sent.place)), isLost: isLost(number))
            }
            return sent
        }
        var random = SeededGenerator(seed: seed)
        let sent = try send { (10..<490).contains($0) && random.fraction() < 0.05 }
        let heard = try HeardSound(sent)
        #expect(sent.missingCount > 10)
        // Between syllables, where there is hardly anything, there are no copies either.
        #expect(Self.faintest(of: heard, beside: try HeardSound(try send { _ in false })) > 0.15)
        #expect(heard.counters.silentSampleCount < 1_024 + 960)
        let made = heard.counters.recoveredSampleCount + heard.counters.concealedSampleCount
        #expect(made == sent.missingCount * 960)
        #expect(heard.counters.recoveredSampleCount > heard.counters.concealedSampleCount)
    }

    @Test("has no silence at 5 % loss without copies either", arguments: 1...4 as ClosedRange<UInt64>)
    func concealment(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Single packets: of two in a row, the second is fainter.
        let sent = try Self.tone(500, hasForwardCorrection: false) {
            $0 % 2 == 1 && (10..<490).contains($0) && random.fraction() < 0.1
        }
        let heard = try HeardSound(sent)
        let whole = try HeardSound(try Self.tone(500, hasForwardCorrection: false) { _ in false })
        #expect(sent.missingCount > 10)
        #expect(Self.faintest(of: heard, beside: whole) > 0.4)
        #expect(heard.counters.recoveredSampleCount == 0)
        #expect(heard.counters.concealedSampleCount == sent.missingCount * 960)
    }

    @Test("is the same as MP3 at every rate, to the sample as long and in step", arguments: MP3Rate.allCases, [1, 2])
    func mp3(rate: MP3Rate, channelCount: Int) throws {
        var encoder = try Self.voiceEncoder()
        var sent = SentSound()
        for number in 0..<150 {
            if (60..<100).contains(number) {
                sent.pause()
            } else {
                sent.send(try encoder.encode(Sounds.voice(960, from: sent.place)), isLost: false)
            }
        }
        let aac = try HeardSound(sent, channelCount: channelCount)
        let mp3 = try HeardSound(sent, channelCount: channelCount, form: .mp3(rate))
        #expect(mp3.start == aac.start)
        // AAC fills its last block of 21 ms, MP3 one of 10.
        #expect(abs(mp3.samples.count - aac.samples.count) <= 1_024, "\(mp3.samples.count), \(aac.samples.count)")
        // The reader's way back to 48 kHz keeps its last 16 samples to itself.
        #expect(abs(mp3.samples.count - Int(sent.place - mp3.start)) <= 16 * 48_000 / rate.rawValue + 4)
        #expect(abs(Self.lag(of: mp3.samples, behind: aac.samples)) <= 3)
        #expect(mp3.counters.silentSampleCount > 0 && mp3.counters.pauseSampleCount == aac.counters.pauseSampleCount)
    }

    /// By how many samples the one comes later than the other, to where they are most alike.
    private static func lag(of samples: [Int16], behind other: [Int16]) -> Int {
        let range = 20_000..<40_000
        return (-100...100).max { likeness($0) < likeness($1) } ?? 0
        func likeness(_ lag: Int) -> Int {
            range.reduce(0) { $0 + Int(samples[$1 + lag]) * Int(other[$1]) }
        }
    }

    @Test(
        "is invented for up to 130 ms where packets carry no copies, then silent, and goes on at its place",
        arguments: [1, 3, 6, 7, 50])
    func bursts(lost: Int) throws {
        let sent = try Self.tone(150, hasForwardCorrection: false) { (50..<50 + lost).contains($0) }
        let heard = try HeardSound(sent)
        #expect(heard.counters.recoveredSampleCount == 0)
        #expect(heard.counters.concealedSampleCount == (lost <= 6 ? lost * 960 : 4_800))
        let gap: (first: Int64, last: Int64) = (48_000 + 50 * 960, 48_000 + Int64(50 + lost) * 960)
        let usual = heard.loudness(from: gap.first - 9_600, to: gap.first - 960)
        let loud = (usual.min() ?? 0) / 2
        #expect(heard.loudness(from: gap.first, to: gap.first + 960).allSatisfy { $0 > loud })
        if lost == 50 {
            let silence = heard.loudness(from: gap.first + 4_800 + 960, to: gap.last - 960)
            #expect(silence.allSatisfy { $0 < 30 })
        }
        #expect(heard.loudness(from: gap.last + 960, to: gap.last + 9_600).allSatisfy { $0 > loud })
        // Nothing steps further than the voice itself does.
        let steps = zip(heard.samples, heard.samples.dropFirst()).map { abs(Int($1) - Int($0)) }
        let own = steps[..<(50 * 960)].max() ?? 0
        #expect((steps[(50 * 960)...].max() ?? 0) <= own * 5 / 4)
    }

    @Test("keeps its beeps where they were while every twentieth packet is lost", arguments: [1, 2])
    func beeps(channelCount: Int) throws {
        var encoder = try OpusEncoder(OpusEncoder.Settings(channelCount: channelCount))
        var sent = SentSound(startingAt: 24_000)
        for number in 0..<500 {
            let pcm = Sounds.beeps(960, from: sent.place, channelCount: channelCount)
            sent.send(try encoder.encode(pcm), isLost: number % 20 == 13)
        }
        let heard = try HeardSound(sent, channelCount: channelCount)
        #expect(heard.beeps.count == 10)
        for (number, onset) in heard.beeps.enumerated() {
            #expect(abs(onset - Int64(number + 1) * 48_000) <= 96)
        }
        #expect(heard.counters.concealedSampleCount == sent.missingCount * 960)
    }

    @Test("is heard in its pauses, too, and at the right time after them")
    func pauses() throws {
        var encoder = try Self.voiceEncoder(hasPauses: true)
        var (sent, random) = (SentSound(), SeededGenerator(seed: 5))
        var isPausing = false
        for number in 0..<350 {
            // A second of voice, then a room that hums, over and over.
            let isSpeech = number % 150 < 50
            var pcm = Sounds.tone(960, from: sent.place)
            for index in pcm.indices {
                pcm[index] = (isSpeech ? pcm[index] : 0) + Int16.random(in: -40...40, using: &random)
            }
            let packet = try encoder.encode(pcm)
            // As browsers do: the first packet of a pause is sent, the others are not.
            if isPausing, Opus.isPause(packet) { sent.pause() } else { sent.send(packet) }
            isPausing = Opus.isPause(packet)
        }
        #expect(sent.missingCount > 50)
        let heard = try HeardSound(sent)
        #expect(heard.counters.pauseSampleCount == sent.missingCount * 960)
        #expect(heard.counters.concealedSampleCount == 0)
        #expect(heard.counters.silentSampleCount < 1_024 + 960)
        let loudness = heard.loudness(from: 48_000, to: sent.place - 1_920)
        #expect(loudness.dropFirst().allSatisfy { $0 > 0.5 })
        for number in [150, 300] {
            #expect(loudness[number - 2] < 300)
            #expect(loudness[number + 1] > 2_000)
        }
    }

    @Test("is silent where its sender stopped, and goes on at its place")
    func stops() throws {
        var encoder = try Self.voiceEncoder()
        var sent = SentSound()
        for number in 0..<300 {
            let packet = try encoder.encode(Sounds.tone(960, from: sent.place))
            if (100..<200).contains(number) { sent.pause() } else { sent.send(packet) }
        }
        let heard = try HeardSound(sent)
        #expect(heard.counters.concealedSampleCount + heard.counters.pauseSampleCount == 0)
        #expect((96_000...96_000 + 2_048).contains(heard.counters.silentSampleCount))
        let loudness = heard.loudness(from: 48_000, to: sent.place)
        #expect(loudness[102..<198].allSatisfy { $0 < 10 })
        #expect(loudness[202..<298].allSatisfy { $0 > 2_000 })
    }

    @Test("has the file's channels, whatever its packets have", arguments: [1, 2])
    func channels(channelCount: Int) throws {
        var sent = SentSound()
        for part in 1...4 {
            let count = part % 2 + 1
            var encoder = try OpusEncoder(OpusEncoder.Settings(channelCount: count))
            for _ in 0..<50 {
                sent.send(try encoder.encode(Sounds.tone(960, from: sent.place, channelCount: count)))
            }
        }
        let heard = try HeardSound(sent, channelCount: channelCount)
        #expect(heard.counters.malformedPacketCount == 0)
        #expect(abs(heard.samples.count - 4 * 48_000) <= 1_024)
        #expect(heard.loudness(from: 48_960, to: sent.place - 1_920).allSatisfy { $0 > 2_000 })
    }

    @Test(
        "goes on in the same file when the sender changes to a telephone codec and back",
        arguments: [true, false])
    func changes(keepsPackets: Bool) throws {
        var encoder = try OpusEncoder(OpusEncoder.Settings(channelCount: 1))
        var sent = SentSound(startingAt: 24_000)
        for number in 0..<500 {
            let pcm = Sounds.beeps(960, from: sent.place)
            if (160..<340).contains(number) {
                sent.send(Sounds.muLaw(pcm), .pcmu)
            } else {
                sent.send(try encoder.encode(pcm))
            }
        }
        let heard = try HeardSound(sent, form: keepsPackets ? .opus : .aac)
        #expect(heard.beeps.count == 10)
        for (number, onset) in heard.beeps.enumerated() {
            #expect(abs(onset - Int64(number + 1) * 48_000) <= 96, "\(onset)")
        }
        #expect(abs(heard.samples.count - 480_000) <= 2_048)
        #expect(heard.counters.malformedPacketCount == 0)
        if keepsPackets { #expect(heard.packets.filter { $0.sampleCount != 960 }.isEmpty) }
    }

    @Test("of a telephone codec has no silence at 5 % loss", arguments: 1...4 as ClosedRange<UInt64>)
    func telephone(seed: UInt64) throws {
        var (sent, random) = (SentSound(), SeededGenerator(seed: seed))
        for number in 0..<500 {
            let pcm = Sounds.tone(960, from: sent.place)
            sent.send(
                Sounds.muLaw(pcm), .pcmu,
                isLost: number % 2 == 1 && (10..<490).contains(number) && random.fraction() < 0.1)
        }
        let heard = try HeardSound(sent)
        #expect(sent.missingCount > 5)
        var whole = SentSound()
        for _ in 0..<500 { whole.send(Sounds.muLaw(Sounds.tone(960, from: whole.place)), .pcmu) }
        #expect(Self.faintest(of: heard, beside: try HeardSound(whole)) > 0.5)
        #expect(heard.counters.concealedSampleCount == sent.missingCount * 960)
    }

    @Test("is not invented where its ticks begin anew or a packet is no sound")
    func oddities() throws {
        var encoder = try Self.voiceEncoder()
        var sent = SentSound()
        for _ in 0..<50 { sent.send(try encoder.encode(Sounds.tone(960, from: sent.place))) }
        for index in sent.frames.indices.suffix(25) {
            sent.frames[index].ticks += 3_000
            sent.frames[index].isBroken = true
        }
        // By their ticks these lie farther apart than the timeline says.
        for index in sent.frames.indices.suffix(10) { sent.frames[index].ticks += 48_000 }
        sent.frames[20].bytes = []
        sent.frames[30].codec = .vp8
        let heard = try HeardSound(sent)
        #expect(heard.counters.malformedPacketCount == 2)
        #expect(heard.counters.concealedSampleCount <= 3_000 + 960)
        #expect(abs(heard.samples.count - 48_000) <= 2_048)
    }

    @Test("says why it ends where its encoder fails, and counts what comes behind that")
    func failure() throws {
        var path = try SoundPath(channelCount: 1, failingAt: 20)
        var (sent, packetCount) = (SentSound(), 0)
        var encoder = try Self.voiceEncoder()
        for _ in 0..<100 { sent.send(try encoder.encode(Sounds.tone(960, from: sent.place))) }
        for (frame, time) in zip(sent.frames, sent.times) {
            path.push(frame, at: time)
            while path.nextPacket() != nil { packetCount += 1 }
        }
        path.finish(at: ChannelTime(audioPosition: sent.place))
        #expect(path.nextPacket() == nil && packetCount == 20)
        #expect(path.failure.map { "\($0)" }?.contains("encode") == true)
        // The encoder holds two blocks when it fails, and has none of those behind them.
        #expect((96_000 - 23 * 1_024...96_000 - 20 * 1_024).contains(path.counters.cutSampleCount))
    }
}
