import Testing

/// Whole calls, played from seeds; what matters is how well sound and picture agree.
@Suite("A peer's clock over a bad network")
struct PeerClockSimulationTests {
    static let troubles: [SenderTrouble] = [
        SenderTrouble(name: "a clean network", loss: 0, jitter: 0.002),
        SenderTrouble(name: "3 % loss and 50 ms jitter"),
        SenderTrouble(name: "the sound card 100 ppm fast", seconds: 300, audioDrift: 100e-6),
        SenderTrouble(name: "the sound card 100 ppm slow", seconds: 300, audioDrift: -100e-6),
        SenderTrouble(
            name: "every clock off by 100 ppm", seconds: 300, audioDrift: 100e-6, videoDrift: -100e-6,
            wallDrift: -100e-6),
        SenderTrouble(name: "no reports at all", firstAudioReport: 1e6, firstVideoReport: 1e6),
        SenderTrouble(name: "reports of sound only", firstVideoReport: 1e6),
        SenderTrouble(name: "noisy reports", seconds: 120, reportNoise: 0.010),
        SenderTrouble(name: "the wall clock set an hour ahead", seconds: 90, step: (40, 3_600)),
        SenderTrouble(name: "the wall clock set two seconds back", seconds: 90, step: (40, -2)),
        SenderTrouble(name: "the wall clock set 0.2 s ahead", seconds: 90, step: (40, 0.2)),
        SenderTrouble(name: "sound muted for 20 s", seconds: 90, audioDrift: 50e-6, mute: 30..<50),
        SenderTrouble(name: "first reports after 5 and 7 s", firstAudioReport: 7, firstVideoReport: 5),
        SenderTrouble(name: "timestamps that wrap", audioStart: .max - 1_000, videoStart: .max - 1_000),
        SenderTrouble(
            name: "every clock off by 200 ppm", seconds: 300, audioDrift: 200e-6, videoDrift: -200e-6,
            wallDrift: 200e-6),
        SenderTrouble(name: "every fifth report wrong", seconds: 200, wrongReports: 0.2),
        SenderTrouble(
            name: "reports that stop", seconds: 900, audioDrift: 100e-6, videoDrift: -50e-6, wallDrift: 80e-6,
            lastReport: 60),
        SenderTrouble(
            name: "reports that stop early", seconds: 600, audioDrift: -100e-6, videoDrift: 50e-6, wallDrift: 80e-6,
            lastReport: 12),
        SenderTrouble(name: "reports before the frames", reportsBeforeFrames: true),
        SenderTrouble(
            name: "capture times of every picture", jitter: 0.100, firstAudioReport: 1e6, firstVideoReport: 1e6,
            captureTimeInterval: 1),
        SenderTrouble(
            name: "capture times, reports and a step", seconds: 120, step: (40, 5), captureTimeInterval: 25),
        SenderTrouble(name: "another camera", seconds: 120, videoDrift: 100e-6, newCamera: 61.3),
        SenderTrouble(
            name: "another camera before any report", firstAudioReport: 30, firstVideoReport: 30, newCamera: 20.5),
        SenderTrouble(name: "the wall clock set from 1970 to today", seconds: 120, step: (40, 86_400 * 365.25 * 54)),
        SenderTrouble(name: "sound muted for four minutes", seconds: 320, audioDrift: 80e-6, mute: 20..<260),
        SenderTrouble(name: "sound once in 400 ms", seconds: 120, mute: nil, audioInterval: 0.4),
    ]

    @Test("keeps sound and picture together", arguments: troubles, [1, 2, 3] as [UInt64])
    func agrees(_ trouble: SenderTrouble, seed: UInt64) {
        var sender = SimulatedSender(trouble, seed: seed)
        let agreement = sender.run()
        let (all, median) = (agreement.percentile(0.99), agreement.percentile(0.5))
        let early = agreement.percentile(0.99, in: 0.5..<2.5)
        let settled = agreement.percentile(0.99, in: 10..<1e9)
        print(
            "\(trouble.name), seed \(seed): p50 \(milliseconds(median)), p99 \(milliseconds(all)),",
            "p99 before reports \(milliseconds(early)), after 10 s \(milliseconds(settled)),",
            "duration off by \(milliseconds(agreement.excessDuration))")
        #expect(agreement.isMonotonic)
        #expect(all <= 0.040)
        #expect(early <= 0.040)
        #expect(settled <= 0.020)
        // The first picture is placed by the luckiest of a handful; the last one knows the path.
        #expect(abs(agreement.excessDuration) <= 1.0 / 30 + trouble.jitter / 2)
    }

    @Test("finds sound again whose ticks stood still while the microphone was away", arguments: [0.4, 3, 20])
    func pause(seconds: Double) {
        let trouble = SenderTrouble(name: "", seconds: 120, pause: (30, seconds))
        var sender = SimulatedSender(trouble, seed: 4)
        let agreement = sender.run()
        #expect(agreement.isMonotonic)
        #expect(agreement.percentile(0.99, in: 0.5..<30) <= 0.020)
        #expect(agreement.percentile(0.99, in: 30 + seconds + 18..<1e9) <= 0.020)
    }

    @Test("believes no wrong report, whichever it is", arguments: 1...30 as ClosedRange<UInt64>)
    func wrongReports(seed: UInt64) {
        let trouble = SenderTrouble(name: "", seconds: 180, jitter: 0.030, wrongReports: 0.15)
        var sender = SimulatedSender(trouble, seed: seed)
        let agreement = sender.run()
        let (all, settled) = (agreement.percentile(1), agreement.percentile(1, in: 30..<1e9))
        print("wrong reports, seed \(seed): worst \(milliseconds(all)), after 30 s \(milliseconds(settled))")
        #expect(agreement.isMonotonic)
        #expect(all <= 0.050)
        #expect(settled <= 0.020)
    }

    private func milliseconds(_ seconds: Double) -> String { "\(Double(Int(seconds * 10_000)) / 10) ms" }
}
