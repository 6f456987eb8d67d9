import Testing

/// Users of one channel, each with a clock of their own, who came at different times.
@Suite("Users of a channel on one timeline")
struct ChannelAlignmentTests {
    private static let users = [
        SenderTrouble(name: "the first", seconds: 400, jitter: 0.010, audioDrift: 100e-6, videoDrift: -100e-6),
        SenderTrouble(
            name: "one who comes a minute later", seconds: 340, loss: 0.05, jitter: 0.080, audioDrift: -100e-6,
            wallDrift: 150e-6),
        SenderTrouble(
            name: "one who comes five minutes later, with another wall clock", seconds: 100, jitter: 0.040,
            videoDrift: 200e-6, wallDrift: -200e-6, step: (50, -12_345), captureTimeInterval: 30),
        SenderTrouble(
            name: "one without reports", seconds: 300, jitter: 0.050, audioDrift: 200e-6, videoDrift: 200e-6,
            firstAudioReport: 1e6, firstVideoReport: 1e6),
    ]

    @Test("lie side by side within 20 ms, whenever they came", arguments: [1, 2, 3] as [UInt64])
    func alignment(seed: UInt64) {
        let begins = [0.0, 61.7, 301.3, 95.1]
        let calls = zip(Self.users, begins).map { trouble, begin in
            var sender = SimulatedSender(trouble, seed: seed &* 31 &+ UInt64(begin), begin: begin)
            return (begin, sender.run())
        }
        // Ten seconds after the latest came, everybody has had their first few reports.
        for start in stride(from: 12.0, to: 90, by: 2) {
            let latenesses = calls.map { begin, agreement in
                agreement.lateness(in: 301.3 - begin + start..<301.3 - begin + start + 2)
            }
            let spread = (latenesses.max() ?? 0) - (latenesses.min() ?? 0)
            #expect(spread <= 0.020, "\(start) s after the last came, seed \(seed): \(latenesses)")
        }
    }
}
