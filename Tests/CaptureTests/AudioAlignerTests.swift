import Capture
import Link
import Pattern
import Testing
import Units

@Suite("The audio aligner")
struct AudioAlignerTests {
    @Test("puts sound where it belongs, in whole blocks, to the sample", arguments: [1, 2])
    func contiguous(channelCount: Int) {
        var aligner = AudioAligner(channelCount: channelCount, blockSampleCount: 1_024)
        var all: [Int16] = []
        for packet in 0..<50 {
            let samples = ramp(from: packet * 960, count: 960, channelCount: channelCount)
            aligner.push(samples, at: .ms(500 + Int64(packet) * 20))
            let blocks = drain(&aligner)
            all += blocks.flatMap(\.samples)
        }
        #expect(all.count == 46 * 1_024 * channelCount)
        #expect(all == ramp(from: 0, count: 46 * 1_024, channelCount: channelCount))
    }

    @Test("fills a gap with exactly so much silence, and without a step at either end")
    func gap() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.push(loud(960), at: .ms(0))
        aligner.push(loud(960), at: .ms(100))
        let all = drain(&aligner).flatMap(\.samples)
        #expect(all.count == 5_760)
        #expect(Array(all[..<960]) == loud(960))
        #expect(all[1_200..<4_800].allSatisfy { $0 == 0 })
        #expect(Array(all[5_040...]) == loud(720))
        #expect(Self.largestStep(all) <= 5)
        #expect(aligner.silentSampleCount == 3_840)
    }

    @Test("waits for what may be repaired, then makes silence, and leaves room for what is delayed")
    func silence() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.advance(to: .ms(5_000))
        #expect(drain(&aligner).isEmpty)
        aligner.push(loud(960), at: .ms(0))
        aligner.advance(to: .ms(1_219))
        #expect(drain(&aligner).count == 2)
        aligner.advance(to: .ms(1_320))
        #expect(drain(&aligner).last?.position == 48_480)
        aligner.advance(to: .ms(1_330))
        #expect(drain(&aligner).last?.position == 48_960)
        aligner.push(loud(960), at: .ms(1_070))
        let late = drain(&aligner)
        #expect(late.first?.position == 49_440)
        #expect(late.flatMap(\.samples).suffix(720) == loud(720)[...])
        // It came, so what follows is waited for again.
        aligner.advance(to: .ms(1_900))
        #expect(drain(&aligner).isEmpty)
    }

    @Test("cuts off sound whose place is taken, and without a step")
    func overlap() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.push(ramp(from: 0, count: 4_800), at: .ms(0))
        aligner.push(ramp(from: 0, count: 4_800), at: .ms(50))
        #expect(aligner.cutSampleCount == 2_400)
        let all = drain(&aligner).flatMap(\.samples)
        #expect(all.count == 7_200)
        #expect(Array(all[..<4_800]) == ramp(from: 0, count: 4_800))
        #expect(Array(all[5_040...]) == ramp(from: 2_640, count: 2_160))
        #expect(Self.largestStep(all) <= 25)
    }

    @Test("refuses what pretends to lie absurdly far ahead, and counts it")
    func refusal() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.push(loud(960), at: .ms(0))
        aligner.push(loud(960), at: .ms(3_600_000))
        #expect(aligner.cutSampleCount == 960 && aligner.silentSampleCount == 0)
        #expect(drain(&aligner).count == 2)
    }

    @Test(
        "follows a clock that drifts for ten minutes, without silence and without a click",
        arguments: [-200e-6, 200e-6])
    func drift(drift: Double) {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 1_024)
        // 1 kHz: a packet is twenty whole periods, so each is the same.
        var packet: [Int16] = []
        Beep(channelCount: 1).append(960, from: 0, to: &packet)
        packet = packet.map { $0 / 2 }
        var (count, worstBend, worstError) = (0, 0, 0.0)
        var (before, last) = (Int(packet[958]), Int(packet[959]))
        for number in 0..<30_000 {
            let place = Double(number) * 0.020 * (1 + drift)
            aligner.push(packet, at: ChannelTime(nanoseconds: Int64(place * 1e9)))
            for block in drain(&aligner) {
                count += block.samples.count
                for sample in block.samples {
                    worstBend = max(worstBend, abs(Int(sample) - 2 * last + before))
                    (before, last) = (last, Int(sample))
                }
            }
            worstError = max(worstError, abs(Double(count) / 48_000 - place - 0.020) - 1_024.0 / 48_000)
        }
        #expect(aligner.silentSampleCount == 0)
        #expect(aligner.cutSampleCount == 0)
        // A sine of 8192 bends by at most 140 from sample to sample; a click would add its own height.
        #expect(worstBend <= 140 + 8)
        #expect(worstError <= 0.002_2)
    }

    @Test("lays sound exactly where it says after a break, and without a step", arguments: [-10, 0, 10])
    func breaks(offset: Int64) {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.breakOff()
        aligner.push(loud(960), at: .ms(0))
        aligner.breakOff()
        aligner.push(loud(1_440).map { -$0 }, at: .ms(20 + offset))
        let all = drain(&aligner).flatMap(\.samples)
        #expect(all.count == 2_400 + Int(offset) * 48)
        #expect(aligner.silentSampleCount == max(0, Int(offset) * 48))
        #expect(aligner.cutSampleCount == max(0, Int(-offset) * 48))
        #expect(Array(all[..<960]) == loud(960))
        #expect(all.suffix(600).allSatisfy { $0 == -1_000 })
        #expect(Self.largestStep(all) <= 9)
    }

    @Test("stretches treble without dulling it", arguments: [4, 6, 8])
    func treble(samplesPerPeriod: Int) {
        var aligner = AudioAligner(channelCount: 2, blockSampleCount: 960)
        // Eight sine values of each rate, by their own tables: no mathematics library here either.
        let tables = [
            4: [0, 8_000, 0, -8_000], 6: [0, 6_928, 6_928, 0, -6_928, -6_928],
            8: [0, 5_657, 8_000, 5_657, 0, -5_657, -8_000, -5_657],
        ]
        let table = tables[samplesPerPeriod] ?? []
        func packet(_ number: Int) -> [Int16] {
            (0..<960).flatMap { place -> [Int16] in
                let value = Int16(table[(number * 960 + place) % samplesPerPeriod])
                return [value, -value]
            }
        }
        aligner.push(packet(0), at: .ms(0))
        let plain = drain(&aligner).flatMap(\.samples)
        aligner.push(packet(1), at: ChannelTime(nanoseconds: 24_000_000))
        aligner.push(packet(2), at: ChannelTime(nanoseconds: 44_000_000))
        let stretched = drain(&aligner).flatMap(\.samples).prefix(1_900)
        func energy(_ samples: some Collection<Int16>) -> Double {
            samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        }
        #expect(energy(stretched) > 0.8 * energy(plain))
        for index in stride(from: 0, to: stretched.count, by: 2) {
            #expect(abs(Int(stretched[index]) + Int(stretched[index + 1])) <= 1)
        }
    }

    @Test("ends at the end asked for, its last block filled up")
    func finish() {
        var aligner = AudioAligner(channelCount: 2, blockSampleCount: 1_024)
        aligner.push([Int16](repeating: 9, count: 1_920), at: .ms(0))
        aligner.finish(at: .ms(100))
        let blocks = drain(&aligner)
        #expect(blocks.map(\.position) == [0, 1_024, 2_048, 3_072, 4_096])
        aligner.push([1, 1], at: .ms(200))
        #expect(drain(&aligner).isEmpty)
    }

    @Test("never loses a sample's place, whatever comes", arguments: 1...10 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 1_024)
        var next: Int64?
        for step in 0..<500 {
            let time = Int64(step) * 20 + Int64.random(in: -80...80, using: &random)
            if random.fraction() < 0.8 {
                aligner.push(loud(Int.random(in: 0...2_880, using: &random)), at: .ms(time))
            }
            if random.fraction() < 0.3 { aligner.advance(to: .ms(Int64(step) * 20)) }
            for block in drain(&aligner) {
                #expect(block.samples.count == 1_024)
                #expect(block.position == next ?? block.position)
                next = block.position + 1_024
            }
        }
    }

    private func drain(_ aligner: inout AudioAligner) -> [(position: Int64, samples: [Int16])] {
        var blocks: [(position: Int64, samples: [Int16])] = []
        var block: [Int16] = []
        while let position = aligner.nextBlock(into: &block) { blocks.append((position, block)) }
        return blocks
    }

    private func loud(_ count: Int) -> [Int16] { [Int16](repeating: 1_000, count: count) }

    private func ramp(from start: Int, count: Int, channelCount: Int = 1) -> [Int16] {
        (start..<start + count).flatMap { place in
            (0..<channelCount).map { Int16(truncatingIfNeeded: place * 2 + $0) }
        }
    }

    private static func largestStep(_ samples: [Int16]) -> Int {
        zip(samples, samples.dropFirst()).map { abs(Int($1) - Int($0)) }.max() ?? 0
    }
}
