import Capture
import Channel
import Codecs
import Testing
import Units

@Suite("The end of a recording")
struct RecordingEndTests {
    @Test(
        "has a leave code, an exit status and words",
        arguments: [
            (.stopped, 16, 0, "stopped by request"), (.idle(seconds: 300), 4, 0, "No users in channel for 300 s"),
            (.durationReached(seconds: 60), 8, 0, "recorded for the 60 s asked for"),
            (.signal(2), 2, 0, "interrupted (SIGINT)"), (.signal(15), 10, 0, "asked to terminate (SIGTERM)"),
            (.signal(1), 2, 0, "ended by signal 1"),
            (.writeFailed("No space left on device"), 0, 1, "the disk took no more: No space left on device"),
            (.failedToStart("no such channel"), 0, 1, "did not start: no such channel"),
            (.crashed, 0, 1, "the process died while recording; its files were closed afterwards"),
        ] as [(RecordingEnd, Int, Int32, String)])
    func ends(_ end: RecordingEnd, code: Int, status: Int32, words: String) {
        #expect(end.leaveCode.rawValue == code)
        #expect(end.exitStatus == status)
        #expect(end.description == words)
    }

    @Test("decodes all bits that are set")
    func decodes() {
        #expect(LeaveCode(rawValue: 12).names == ["LEAVE_CODE_NO_USERS", "LEAVE_CODE_TIMER_CATCH"])
        #expect(LeaveCode(rawValue: 0).names == ["LEAVE_CODE_INIT"])
        #expect(LeaveCode(rawValue: 30).names.count == 4)
    }

    @Test("closes the story with everything that contributed")
    func story() throws {
        let start = WallTime(unixNanoseconds: 1_560_238_366_073_004_005)
        var story = RecordingStory(
            recorder: "lathe", id: "r1", channel: try ChannelName("room"), profile: .live, startedAt: start)
        story.users.append(RecordingStory.User(.number(7), joinedAt: .ms(10)))
        var take = RecordingStory.Take(file: "7.mp4", user: .number(7), container: .mp4, startedAt: .ms(20))
        var counters = TakeCounters()
        counters.videoSampleCount = 3
        counters.droppedAfterLoss = 2
        take.note(.trackStarted(.vp8(width: 64, height: 48), at: .ms(25)), counters: counters)
        take.note(.resized(width: 32, height: 24, at: .ms(30)), counters: counters)
        take.note(.closed(at: .ms(900)), counters: counters)
        story.takes.append(take)
        story.finish(.idle(seconds: 5), contributing: .timerCatch, at: .ms(1_000), wall: start + .seconds(1))
        #expect(story.state == "finished")
        #expect(story.endedAt == "2019-06-11T07:32:47.073Z")
        #expect(story.end?.leaveCode == 12)
        #expect(story.users[0].leftMilliseconds == 1_000)
        #expect(take.isWhole && take.endMilliseconds == 900)
        #expect(take.video?.width == 32 && take.video?.framesDropped == 2 && take.video?.startMilliseconds == 25)
        #expect(story.profile == "live")
    }

    @Test(
        "parts files by the table of the recorder it stands in for, or hardly ever",
        arguments: [
            (.continuous, .codecChanged, .video), (.continuous, .resized, []),
            (.continuous, .rejoined(after: .seconds(99)), []), (.legacy, .codecChanged, .video),
            (.legacy, .resized, .video), (.legacy, .pausedSending(.seconds(14)), []),
            (.legacy, .pausedSending(.seconds(16)), [.audio, .video]), (.legacy, .rejoined(after: .seconds(2)), .video),
            (.legacy, .rejoined(after: .seconds(16)), [.audio, .video]),
        ] as [(Splitting, Splitting.Cause, Splitting.Parts)])
    func splits(_ splitting: Splitting, _ cause: Splitting.Cause, _ parts: Splitting.Parts) {
        #expect(splitting.parts(cause) == parts)
    }
}
