import TestSupport
import Testing

@testable import Capture

@Suite("What the times beside a take say")
struct RecoveryTimesTests {
    private static func entries(_ text: String, pieces: Int = 1_000) -> [RecoveryTimes.Entry] {
        var reader = RecoveryTimes()
        var found: [RecoveryTimes.Entry] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            reader.push(bytes[start..<min(bytes.count, start + pieces)])
            while let entry = reader.next() { found.append(entry) }
        }
        return found
    }

    @Test("is read however it comes, up to a line that was cut off", arguments: [1, 7, 1_000])
    func reads(pieces: Int) {
        let text = "Lathe times 1 video=90000 audio=48000\nv 0 0 1200 k\na 5 1024 300\nv 3000 -6 80 -\na 1029 10"
        let expected: [RecoveryTimes.Entry] = [
            .picture(decodeTicks: 0, compositionOffsetTicks: 0, byteCount: 1200, isKeyframe: true),
            .sound(decodeTicks: 5, durationTicks: 1024, byteCount: 300),
            .picture(decodeTicks: 3000, compositionOffsetTicks: -6, byteCount: 80, isKeyframe: false),
        ]
        #expect(Self.entries(text, pieces: pieces) == expected)
    }

    @Test(
        "is passed over where it makes no sense",
        arguments: [
            "v 0 0 1200 x\n", "v -1 0 5 k\n", "a 0 0 5\n", "a 0 1024\n", "a 0 1024 -5\n", "v 0 0 99999999999 k\n",
            "v 99999999999999999999 0 5 k\n", "\n", String(repeating: "v", count: 500) + "\n",
        ])
    func strays(_ line: String) {
        #expect(Self.entries(line + "a 1 2 3\n") == [.sound(decodeTicks: 1, durationTicks: 2, byteCount: 3)])
    }
}
