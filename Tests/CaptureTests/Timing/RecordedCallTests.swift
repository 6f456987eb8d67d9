import Foundation
import Link
import Testing
import Units

/// Whole calls over bad networks, from the camera's clock to the file's times.
@Suite("A recorded call's time")
struct RecordedCallTests {
    static let lossyCalls: [CallConditions] = [
        CallConditions(
            name: "clocks 100 ppm apart, sound decoded", link: CallConditions.lossy, soundDrift: 100e-6,
            pictureDrift: -100e-6),
        CallConditions(
            name: "clocks 100 ppm apart, packets kept", link: CallConditions.lossy, soundDrift: -100e-6,
            pictureDrift: 100e-6, wallDrift: 100e-6, keepsPackets: true),
    ]
    static let harshCalls: [CallConditions] = lossyCalls.map {
        var harsh = $0
        harsh.link = CallConditions.harsh
        harsh.name += ", bursts and disorder"
        return harsh
    }

    /// `make soak` sets this; two hours take a quarter of a minute each.
    private static let isSoak = ProcessInfo.processInfo.environment["LATHE_SOAK"] != nil

    @Test(
        "is right within 20 ms with loss and jitter, and as long as the call", arguments: lossyCalls,
        [1, 2] as [UInt64])
    func lossy(_ conditions: CallConditions, seed: UInt64) throws {
        try checkLossy(RecordedCallResult(conditions, seed: seed))
    }

    @Test("is right within 40 ms with bursts of loss, disorder and doubles", arguments: harshCalls, [1, 2] as [UInt64])
    func harsh(_ conditions: CallConditions, seed: UInt64) throws {
        try checkHarsh(RecordedCallResult(conditions, seed: seed))
    }

    @Test("is right after two hours", .enabled(if: isSoak), arguments: lossyCalls, [3, 4] as [UInt64])
    func lossyHours(_ conditions: CallConditions, seed: UInt64) throws {
        try checkLossy(RecordedCallResult(hours(conditions), seed: seed))
    }

    @Test(
        "is right after two hours of bursts and disorder", .enabled(if: isSoak), arguments: harshCalls,
        [3, 4] as [UInt64])
    func harshHours(_ conditions: CallConditions, seed: UInt64) throws {
        try checkHarsh(RecordedCallResult(hours(conditions), seed: seed))
    }

    private func hours(_ conditions: CallConditions) -> CallConditions {
        var conditions = conditions
        conditions.seconds = 7_200
        return conditions
    }

    private func checkLossy(_ result: RecordedCallResult) {
        #expect(result.isOrderly)
        #expect(result.skew99 <= 0.020)
        #expect(abs(result.excessDuration) <= 1.0 / 30)
        #expect(result.excessSpans.allSatisfy { abs($0) <= 1.0 / 30 })
    }

    /// The first picture is placed by the luckiest of a few that are all late by up to 200 ms; the sound knows better.
    private func checkHarsh(_ result: RecordedCallResult) {
        #expect(result.isOrderly)
        #expect(result.skew99 <= 0.040)
        #expect(abs(result.excessDuration) <= 0.060)
        #expect(abs(result.excessSpans[0]) <= 0.040)
        #expect(abs(result.excessSpans[1]) <= 0.200)
    }
}
