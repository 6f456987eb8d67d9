import RTP
import Testing
import Units

@Suite("The RED writer")
struct REDWriterTests {
    private struct Copy: Equatable {
        var timestamp: UInt32
        var bytes: [UInt8]
    }

    private func copies(in red: [UInt8], at timestamp: UInt32) throws -> [Copy] {
        try REDPacketTests.blocks(of: red).map {
            #expect($0.payloadType == PayloadType(111))
            return Copy(timestamp: timestamp &- $0.timestampOffset, bytes: Array(red[$0.payload]))
        }
    }

    @Test("repeats as many packets as it was told to, across the timestamp's wrap", arguments: 0...3)
    func repeats(depth: Int) throws {
        var writer = REDWriter(payloadType: PayloadType(111), depth: depth)
        var (red, sent) = ([UInt8](), [Copy]())
        for number in UInt32(0)..<8 {
            let copy = Copy(timestamp: number &* 960 &- 1_000, bytes: [UInt8](repeating: UInt8(number), count: 5))
            sent.append(copy)
            writer.write(copy.bytes.span, timestamp: RTPTimestamp(copy.timestamp), into: &red)
            #expect(try copies(in: red, at: copy.timestamp) == sent.suffix(depth + 1))
        }
    }

    struct Fitting {
        var lengths: [Int]
        var gap: UInt32
        var expected: [Int]
    }

    static let fittings = [
        Fitting(lengths: [10, 1_024, 10], gap: 960, expected: [10]),
        Fitting(lengths: [10, 700, 700], gap: 960, expected: [700]),
        Fitting(lengths: [10, 10, 10], gap: 8_192, expected: [10, 10]),
        Fitting(lengths: [10, 10, 10], gap: 20_000, expected: [10]),
        Fitting(lengths: [10, 0, 10], gap: 960, expected: [10, 0, 10]),
        Fitting(lengths: [10, 10, 1_500], gap: 960, expected: [1_500]),
    ]

    @Test("leaves out what does not fit, and whatever is older", arguments: fittings)
    func fits(_ example: Fitting) throws {
        var writer = REDWriter(payloadType: PayloadType(111), depth: 2)
        var (red, timestamp) = ([UInt8](), UInt32(0))
        for length in example.lengths {
            timestamp += example.gap
            writer.write([UInt8](repeating: 1, count: length).span, timestamp: RTPTimestamp(timestamp), into: &red)
        }
        #expect(try copies(in: red, at: timestamp).map(\.bytes.count) == example.expected)
    }
}
