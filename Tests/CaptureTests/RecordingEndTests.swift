import Capture
import Testing

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
}
