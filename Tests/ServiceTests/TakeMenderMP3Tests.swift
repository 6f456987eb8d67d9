import TestSupport
import Testing

@testable import Service

@Suite("Mending MP3 that was cut off")
struct TakeMenderMP3Tests {
    @Test("tells how long it is, and what it is where there is nothing to mend")
    func outcomes() {
        let frames = MP3Frames(.mono48, count: 50).frames.flatMap(\.self)
        let cut = TakeMender.plan(for: Array(frames.dropLast(10)), named: "7_1.mp3")
        #expect(cut.result.outcome == .mended && cut.result.isPlayable)
        #expect(cut.result.durationMilliseconds == 49 * 24)
        #expect(cut.result.byteCount == frames.count && cut.result.audioFrameCount == 50)
        let whole = TakeMender.plan(for: frames, named: "7_1.mp3")
        #expect(whole.result.outcome == .whole && whole.writes == [])
        #expect(whole.result.durationMilliseconds == 50 * 24)
        #expect(TakeMender.plan(for: [UInt8](), named: "7_1.mp3").result.outcome == .empty)
        #expect(TakeMender.plan(for: Array(frames.prefix(150)), named: "7_1.mp3").result.outcome == .empty)
        let noise = TakeMender.plan(for: [UInt8](repeating: 1, count: 9_000), named: "7_1.mp3").result.outcome
        #expect(noise == .hopeless("There is not one whole frame of sound in it."))
    }
}
