import Capture
import Link
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

    @Test("fills a gap with exactly so much silence")
    func gap() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.push(loud(960), at: .ms(0))
        aligner.push(loud(960), at: .ms(100))
        let all = drain(&aligner).flatMap(\.samples)
        #expect(all == loud(960) + [Int16](repeating: 0, count: 3_840) + loud(960))
        #expect(aligner.silentSampleCount == 3_840)
    }

    @Test("makes silence while nothing comes, but leaves room for what is late")
    func silence() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.advance(to: .ms(5_000))
        #expect(drain(&aligner).isEmpty)
        aligner.push(loud(960), at: .ms(0))
        aligner.advance(to: .ms(320))
        #expect(drain(&aligner).count == 2)
        aligner.advance(to: .ms(1_320))
        #expect(drain(&aligner).last?.position == 48_480)
        aligner.push(loud(960), at: .ms(1_060))
        let late = drain(&aligner)
        #expect(late.first?.position == 48_960)
        #expect(late.flatMap(\.samples).suffix(960) == loud(960)[...])
    }

    @Test("cuts off sound whose place is taken")
    func overlap() {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 480)
        aligner.push(ramp(from: 0, count: 4_800), at: .ms(0))
        aligner.push(ramp(from: 0, count: 4_800), at: .ms(50))
        #expect(aligner.cutSampleCount == 2_400)
        let all = drain(&aligner).flatMap(\.samples)
        #expect(all == ramp(from: 0, count: 4_800) + ramp(from: 2_400, count: 2_400))
    }

    @Test("follows a clock that drifts, without silence and without a step", arguments: [-200e-6, 100e-6, 200e-6])
    func drift(drift: Double) {
        var aligner = AudioAligner(channelCount: 1, blockSampleCount: 1_024)
        var (count, last, worstStep, worstError) = (Int64(0), triangle(from: 0, count: 1)[0], 0, 0.0)
        for packet in 0..<2_500 {
            let place = Double(packet) * 0.020 * (1 + drift)
            let samples = triangle(from: packet * 960, count: 960)
            aligner.push(samples, at: ChannelTime(nanoseconds: Int64(place * 1e9)))
            for block in drain(&aligner) {
                count += Int64(block.samples.count)
                for sample in block.samples {
                    worstStep = max(worstStep, abs(Int(sample) - Int(last)))
                    last = sample
                }
            }
            let end = place + 0.020
            worstError = max(worstError, abs(Double(count) / 48_000 - end) - 1_024.0 / 48_000)
        }
        #expect(aligner.silentSampleCount == 0)
        #expect(worstStep <= 104)
        #expect(worstError <= 0.003)
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

    /// Steps of 100 up and down, so that any larger step is the aligner's.
    private func triangle(from start: Int, count: Int) -> [Int16] {
        (start..<start + count).map { Int16(abs($0 % 400 - 200) * 100) }
    }
}
