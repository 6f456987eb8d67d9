import Bytes
import RTP
import TestSupport
import Testing
import Units

private func feedback(_ deltas: [Int16?]) -> TransportFeedback {
    TransportFeedback(
        sender: SSRC(1), media: SSRC(2), baseSequenceNumber: 5, referenceTime: 4, feedbackCount: 153, deltas: deltas)
}

private func written(_ feedback: TransportFeedback) -> [UInt8] {
    var datagram: [UInt8] = []
    RTCPPacket.transportFeedback(feedback).append(to: &datagram)
    return datagram
}

@Suite("Transport-wide congestion feedback, draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1")
struct TransportFeedbackTests {
    private static let head = "0000000100000002"

    @Test(
        "chooses the chunk that says most",
        arguments: [
            // A run of one symbol.
            (
                [Int16?](repeating: 1, count: 20), "afcd000a" + head + "00050014" + "00000499" + "2014",
                "0101010101010101010101010101010101010101" + "0002"
            ),
            // Fourteen symbols of one bit.
            (
                [1, nil, 1, nil, 1, nil, 1, nil, 1], "afcd0006" + head + "00050009" + "00000499" + "aaa0",
                "010101010101"
            ),
            // Seven symbols of two bits.
            ([1, nil, 300, -4], "afcd0006" + head + "00050004" + "00000499" + "d280", "01012cfffc01"),
        ] as [([Int16?], String, String)])
    func chunks(_ deltas: [Int16?], _ start: String, _ end: String) {
        #expect(written(feedback(deltas)).hex == start + end)
    }

    @Test(
        "reads chunks of every kind",
        arguments: [
            // Two packets, one missing: a run of 1 received, a run of 1 not.
            ("afcd0006" + head + "00050002" + "00000499" + "20010001" + "07000003", [7, nil]),
            // A one-bit vector whose spare bits say received: they are beyond the count.
            ("afcd0005" + head + "00050001" + "00000499" + "bfff0701", [7]),
            // A two-bit vector.
            ("8fcd0005" + head + "00050002" + "00000499" + "e000fffe", [-2, nil]),
        ] as [(String, [Int16?])])
    func reads(_ hex: String, _ deltas: [Int16?]) throws {
        let datagram = try #require([UInt8](hex: hex))
        #expect(try parse(datagram) == [.transportFeedback(feedback(deltas))])
    }

    @Test(
        "refuses",
        arguments: [
            ("8fcd0004" + head + "00050000" + "00000499", .invalid("packet status count", at: 14)),
            ("8fcd0004" + head + "0005ffff" + "00000499", .invalid("packet status count", at: 14)),
            ("8fcd0005" + head + "00050002" + "00000499" + "00000000", .invalid("run length", at: 20)),
            ("8fcd0005" + head + "00050002" + "00000499" + "60020000", .invalid("packet status", at: 20)),
            ("8fcd0005" + head + "00050003" + "00000499" + "20030101", .truncated(at: 24, needed: 1, available: 0)),
        ] as [(String, WireError)])
    func refuses(_ hex: String, _ error: WireError) throws {
        let datagram = try #require([UInt8](hex: hex))
        #expect(throws: error) { try parse(datagram) }
    }

    @Test("reads whatever it writes", arguments: 0..<60)
    func roundTrips(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lossPercent = [0, 3, 50, 97][Int(seed % 4)]
        let largePercent = [0, 2, 50][Int(seed % 3)]
        let deltas: [Int16?] = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
            if Int.random(in: 0..<100, using: &generator) < lossPercent { return nil }
            let isLarge = Int.random(in: 0..<100, using: &generator) < largePercent
            return isLarge ? .random(in: .min ... .max, using: &generator) : .random(in: 0...255, using: &generator)
        }
        let original = feedback(deltas)
        #expect(try parse(written(original)) == [.transportFeedback(original)])
    }

    @Test("counts what came and what did not")
    func counts() {
        #expect(feedback([1, nil, nil]).receivedCount == 1)
        #expect(feedback([1, nil, nil]).missingCount == 2)
    }

    @Test("a run longer than 13 bits count takes two chunks")
    func longRun() throws {
        let original = feedback([Int16?](repeating: nil, count: 8191) + [1])
        #expect(try parse(written(original)) == [.transportFeedback(original)])
    }
}
