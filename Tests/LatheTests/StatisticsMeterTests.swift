import Capture
import Testing

@testable import Lathe
@testable import Service

@Suite("Statistics")
struct StatisticsMeterTests {
    private static func track(_ codec: String, packets: Int, bytes: Int, lost: Int = 0, frames: Int)
        -> ChannelDocument.Track
    {
        ChannelDocument.Track(
            codec: codec, packetCount: packets, byteCount: bytes, lostCount: lost, repairedCount: 0, nackCount: 0,
            keyframeRequestCount: 0, frameCount: frames, keyframeCount: 1, droppedFrameCount: 0)
    }

    private static func channel(_ tracks: [ChannelDocument.Track]) -> ChannelDocument {
        ChannelDocument(
            name: "room", profile: "live",
            users: [.init(uid: "7", isConnected: true, sinceMilliseconds: 0, roundTripMilliseconds: 40, tracks: tracks)]
        )
    }

    @Test("are rates between two looks")
    func rates() {
        var meter = StatisticsMeter()
        let size: (String) -> (width: Int, height: Int)? = { $0 == "7" ? (640, 480) : nil }
        let before = Self.channel([
            Self.track("opus", packets: 100, bytes: 10_000, frames: 100),
            Self.track("h264", packets: 50, bytes: 50_000, frames: 30),
        ])
        let first = meter.measure(before, elapsed: .seconds(2), size: size)
        #expect(first.count == 1)
        let after = Self.channel([
            Self.track("opus", packets: 190, bytes: 20_000, lost: 10, frames: 190),
            Self.track("h264", packets: 150, bytes: 300_000, frames: 90),
        ])
        let second = meter.measure(after, elapsed: .seconds(4), size: size)
        #expect(
            second.prefix(2) == [
                .remoteAudioStats(
                    RemoteAudioStatistics(
                        uid: "7", quality: .bad, networkDelay: .milliseconds(20), lostPerMille: 100,
                        receivedBitsPerSecond: 40_000)),
                .remoteVideoStats(
                    RemoteVideoStatistics(
                        uid: "7", delay: .milliseconds(20), width: 640, height: 480, receivedBitsPerSecond: 1_000_000,
                        framesPerSecond: 30, codec: "h264")),
            ])
        guard case .recordingStats(let all) = second.last else {
            Issue.record("nothing is told of the recording")
            return
        }
        #expect((all.receivedByteCount, all.receivedBitsPerSecond) == (320_000, 1_040_000))
        #expect((all.receivedAudioBitsPerSecond, all.receivedVideoBitsPerSecond) == (40_000, 1_000_000))
        #expect((all.userCount, all.lastMileDelay) == (1, .milliseconds(20)))
        #expect((0...100).contains(all.processPercent) && (0...100).contains(all.totalPercent))
    }

    @Test("of an empty channel are zeros")
    func empty() {
        var meter = StatisticsMeter()
        let events = meter.measure(nil, elapsed: .seconds(2)) { _ in nil }
        guard case .recordingStats(let all) = events.first, events.count == 1 else {
            Issue.record("not one event, but \(events)")
            return
        }
        #expect((all.userCount, all.receivedBitsPerSecond, all.lastMileDelay) == (0, 0, nil))
    }

    @Test("grade sound by what was lost of it")
    func quality() {
        let grades = [0, 5, 30, 80, 150, 1000].map { StreamQuality(lostPerMille: $0) }
        #expect(grades == [.excellent, .good, .poor, .bad, .veryBad, .down])
    }
}
