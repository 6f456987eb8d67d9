import Foundation
import Testing

@testable import AV

@Suite("Sound at another rate")
struct RateConverterTests {
    @Test("is the same tone, as long as before", arguments: [8_000, 16_000, 32_000])
    func tone(rate: Int) throws {
        var converter = try RateConverter(from: 48_000, to: rate)
        var output: [Int16] = []
        for block in 0..<100 {
            let samples = (0..<480).map { index in
                Int16(10_000 * sin(2 * Double.pi * 1_000 * Double(block * 480 + index) / 48_000))
            }
            try converter.convert(samples, into: &output)
        }
        #expect(abs(output.count + converter.delay - rate) <= 2)
        let crossings = zip(output, output.dropFirst()).count { $0 < 0 && $1 >= 0 }
        #expect(abs(crossings - output.count * 1_000 / rate) <= 1)
        #expect((9_500...10_500).contains(Int(output.dropFirst(rate / 10).max() ?? 0)))
    }
}
