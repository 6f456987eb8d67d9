import Testing

@testable import MP4

@Suite("Sample index")
struct SampleIndexTests {
    private func samples(_ ticks: [Int64], isKeyframe: (Int) -> Bool = { _ in true }) -> [OpenSample] {
        ticks.enumerated().map {
            OpenSample(decodeTicks: $1, durationTicks: 10, byteCount: 7, isKeyframe: isKeyframe($0))
        }
    }

    @Test("keeps steady durations as one run, across chunks too")
    func steady() {
        var index = SampleIndex()
        index.addChunk(at: 100, samples([5, 15, 25]))
        index.addChunk(at: 200, samples([35]))
        #expect(index.durations == [.init(count: 4, value: 10)])
        #expect(
            index.chunkRuns == [
                .init(count: 1, samplesPerChunk: 3, format: 0), .init(count: 1, samplesPerChunk: 1, format: 0),
            ])
        #expect(index.chunkOffsets == [100, 200])
        #expect(index.firstDecodeTicks == 5)
        #expect(index.durationTicks == 40)
    }

    @Test("stretches the last sample of a chunk over a gap")
    func gap() {
        var index = SampleIndex()
        index.addChunk(at: 0, samples([0]))
        index.addChunk(at: 7, samples([1000]))
        #expect(index.durations == [.init(count: 1, value: 1000), .init(count: 1, value: 10)])
        #expect(index.durationTicks == 1010)
    }

    @Test("lists the samples that stand alone only once some do not")
    func sync() {
        var index = SampleIndex()
        index.addChunk(at: 0, samples([0, 10]))
        #expect(index.allAreSync && index.syncSamples == [])
        index.addChunk(at: 0, samples([20, 30, 40]) { $0 == 1 })
        #expect(!index.allAreSync && index.syncSamples == [1, 2, 4])
    }

    @Test("takes at most 16 bytes a sample where no two durations are alike")
    func compact() {
        var index = SampleIndex()
        var ticks: Int64 = 0
        for chunk in 0..<200 {
            var open: [OpenSample] = []
            for number in 0..<15 {
                let duration = UInt32(3000 + (chunk * 15 + number) % 7 * 11)
                open.append(
                    OpenSample(
                        decodeTicks: ticks, durationTicks: duration, byteCount: 900, isKeyframe: number == 0))
                ticks += Int64(duration)
            }
            index.addChunk(at: chunk * 15_000, open)
        }
        #expect(index.sampleCount == 3000)
        #expect(index.tableByteCount <= 16 * 3000)
    }
}
