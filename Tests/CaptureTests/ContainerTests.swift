import Bytes
import Capture
import Codecs
import Testing

@Suite("The choice of a container")
struct ContainerTests {
    struct Case: Sendable {
        var choice: ContainerChoice
        var video: Codec?
        var audio: Codec?
        var expected: Container
    }

    @Test(
        "is what suits the codec, or what was asked for",
        arguments: [
            Case(choice: .auto, video: .h264, audio: .aac, expected: .mp4),
            Case(choice: .auto, video: .h265, audio: .opus, expected: .mp4),
            Case(choice: .auto, video: .vp9, audio: nil, expected: .mp4),
            Case(choice: .auto, video: .av1, audio: .aac, expected: .mp4),
            Case(choice: .auto, video: .vp8, audio: .opus, expected: .webm),
            Case(choice: .auto, video: nil, audio: .aac, expected: .m4a),
            Case(choice: .auto, video: nil, audio: .opus, expected: .m4a),
            Case(choice: .mp4, video: .vp8, audio: .aac, expected: .mp4),
            Case(choice: .mp4, video: .vp8, audio: .opus, expected: .mp4),
            Case(choice: .mp4, video: .h264, audio: nil, expected: .mp4),
            Case(choice: .mp4, video: nil, audio: .opus, expected: .m4a),
            Case(choice: .webm, video: .vp8, audio: .opus, expected: .webm),
            Case(choice: .webm, video: .vp9, audio: .opus, expected: .webm),
            Case(choice: .webm, video: .av1, audio: nil, expected: .webm),
            Case(choice: .webm, video: nil, audio: .opus, expected: .webm),
        ])
    func chosen(_ example: Case) throws {
        let container = try Container(video: example.video, audio: example.audio, choice: example.choice)
        #expect(container == example.expected)
    }

    struct Refused: Sendable {
        var choice: ContainerChoice
        var video: Codec?
        var audio: Codec?
        var option: String
        var text: String
    }

    @Test(
        "is refused with what to ask for instead",
        arguments: [
            Refused(
                choice: .webm, video: .h264, audio: .opus, option: "--container",
                text: "WebM cannot hold H.264; choose --container mp4 or auto"),
            Refused(
                choice: .webm, video: .h265, audio: .aac, option: "--container",
                text: "WebM cannot hold H.265; choose --container mp4 or auto"),
            Refused(
                choice: .webm, video: .vp9, audio: .aac, option: "--container",
                text: "WebM cannot hold AAC; choose --audio opus, or --container mp4"),
            Refused(
                choice: .auto, video: .vp8, audio: .aac, option: "--audio",
                text: "VP8 goes to WebM, which cannot hold AAC; choose --audio opus, or --container mp4"),
            Refused(
                choice: .mp4, video: nil, audio: .pcmu, option: "--audio",
                text: "no file of ours holds G.711 as it is; choose --audio aac or opus"),
            Refused(
                choice: .auto, video: nil, audio: nil, option: "--streamType",
                text: "there is neither sound nor picture to record; leave one of them in"),
        ])
    func refused(_ example: Refused) {
        do throws(ContainerRefusal) {
            let container = try Container(video: example.video, audio: example.audio, choice: example.choice)
            Issue.record("\(container) was chosen")
        } catch {
            #expect(error.option == example.option)
            #expect(error.description == example.text)
        }
    }
}
