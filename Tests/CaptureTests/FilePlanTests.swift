import Capture
import Codecs
import Testing

@Suite("The plan for a file")
struct FilePlanTests {
    @Test(
        "follows what was asked for as far as the codec allows, and keeps Opus where AAC has no place",
        arguments: [
            (.h264, .auto, false, .mp4, false), (.h264, .auto, true, .mp4, true), (.vp8, .auto, false, .webm, true),
            (.vp9, .auto, false, .mp4, false), (.vp9, .webm, false, .webm, true), (.av1, .webm, false, .webm, true),
            (.h265, .mp4, false, .mp4, false), (nil, .auto, false, .m4a, false), (nil, .webm, false, .webm, true),
            (.h264, .webm, false, .mp4, false),
        ] as [(Codec?, ContainerChoice, Bool, Container, Bool)])
    func plans(video: Codec?, choice: ContainerChoice, keepsOpus: Bool, container: Container, keeps: Bool) {
        let plan = FilePlan(video: video, choice: choice, keepsOpus: keepsOpus)
        #expect(plan.container == container)
        #expect(plan.sound == (keeps ? .opus : .aac))
        #expect((plan.refusal == nil) == (video != .h264 || choice != .webm))
    }

    @Test("of sound that is kept for scripts, or as MP3, is what it says")
    func sound() {
        #expect(FilePlan.legacySound.container == .aac && FilePlan.legacySound.sound == .aac)
        #expect(FilePlan.mp3(.hz44100).container == .mp3 && FilePlan.mp3(.hz44100).sound == .mp3(.hz44100))
        #expect(FilePlan.mp3(.hz44100).refusal == nil)
        #expect(MP3Rate.listed == "16000, 32000, 44100 or 48000")
    }

    @Test("says why a container was refused")
    func refusal() {
        #expect(FilePlan(video: .h265, choice: .webm, keepsOpus: true).refusal?.reason == "WebM cannot hold H.265")
    }
}
