import Capture
import Testing

@testable import Lathe
@testable import Service

@Suite("Word of open files")
struct FileWatchTests {
    private static func take(
        _ uid: String, _ state: RecordingDocument.Take.State = .open, from start: Int64 = 0, lasting length: Int64
    ) -> RecordingDocument.Take {
        RecordingDocument.Take(
            file: "\(uid)_\(start).mp4", uid: uid, lane: "user", cause: .first, state: state,
            startedAtMilliseconds: start, durationMilliseconds: length, byteCount: 1_000, videoFrameCount: 1,
            audioFrameCount: 1, droppedFrameCount: 0)
    }

    @Test("comes as often as was asked for, for each user alone, and not of closed files")
    func intervals() {
        var watch = FileWatch(usualInterval: 1_000)
        var rare = UserRecorderSettings()
        rare.infoIntervalMilliseconds = 2_000
        watch.set(rare, of: "8")
        let takes = [Self.take("7", lasting: 900), Self.take("8", lasting: 900), Self.take("9", .closed, lasting: 9)]
        let told = (1...8).map { step in
            watch.look(at: takes, elapsed: .milliseconds(500 * step)).map { event in
                if case .recorderInfoUpdated(let uid, _, .milliseconds(900), 1_000) = event { uid } else { "?" }
            }
        }
        #expect(told == [[], ["7"], [], ["7", "8"], [], ["7"], [], ["7", "8"]])
        var never = FileWatch(usualInterval: 0)
        #expect(never.look(at: takes, elapsed: .seconds(60)) == [])
    }

    @Test("says who was recorded for long enough, over all their files")
    func maxima() {
        var watch = FileWatch(usualInterval: 0)
        var short = UserRecorderSettings()
        short.maximumDuration = .seconds(10)
        watch.set(short, of: "7")
        #expect(watch.finished([Self.take("7", lasting: 9_999), Self.take("8", lasting: 60_000)]) == [])
        #expect(
            watch.finished([Self.take("7", .closed, lasting: 4_000), Self.take("7", from: 5_000, lasting: 5_000)]) == [
                "7"
            ])
    }
}
