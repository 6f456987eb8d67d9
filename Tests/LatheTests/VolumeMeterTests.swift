import Foundation
import Testing

@testable import Lathe

@Suite("How loud users are")
struct VolumeMeterTests {
    private static func sound(_ uid: String, at milliseconds: Int, amplitude: Int16) -> PCMSound {
        // A square wave: its loudness is its amplitude.
        let samples = (0..<160).map { $0 % 2 == 0 ? amplitude : -amplitude }
        return PCMSound(uid: uid, time: .milliseconds(milliseconds), sampleRate: 8_000, samples: samples)
    }

    @Test("is told once an interval, the loudest first, and who that is")
    func intervals() {
        let meter = VolumeMeter(every: .milliseconds(200))
        var told: [[RecorderEvent]] = []
        for step in 0..<21 {
            for (uid, amplitude) in [("7", Int16(100)), ("8", 10_000)] {
                let events = meter.hear(Self.sound(uid, at: step * 20, amplitude: amplitude))
                if !events.isEmpty { told.append(events) }
            }
        }
        let seven = VolumeMeter.volume(rms: 100), eight = VolumeMeter.volume(rms: 10_000)
        let expected: [RecorderEvent] = [
            .audioVolumeIndication([SpeakerVolume(uid: "8", volume: eight), SpeakerVolume(uid: "7", volume: seven)]),
            .activeSpeaker(uid: "8"),
        ]
        #expect(told == [expected, expected])
        #expect(seven < eight)
    }

    @Test("has no speaker where all are silent")
    func silence() {
        let meter = VolumeMeter(every: .milliseconds(20))
        #expect(meter.hear(Self.sound("7", at: 0, amplitude: 0)) == [])
        #expect(
            meter.hear(Self.sound("7", at: 20, amplitude: 0)) == [
                .audioVolumeIndication([SpeakerVolume(uid: "7", volume: 0)])
            ])
    }

    @Test("runs from 0 to 255, evenly in decibels")
    func scale() {
        let full = 32_767 / 2.0.squareRoot()
        let volumes = [full, full / 10, full / 100, full / 1_000, full / 10_000, 0].map(VolumeMeter.volume)
        #expect(volumes == [255, 170, 85, 0, 0, 0])
    }
}
