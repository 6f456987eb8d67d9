import Capture
import Testing
import Units

@Suite("The index of a user's events")
struct UIDIndexTests {
    @Test("writes each line as the merging scripts split it, a blank before its end")
    func grammar() {
        var index = UIDIndex(origin: .ms(2_000))
        #expect(index.isEmpty)
        index.create("1_a.mp4", at: .ms(2_000))
        index.video("1_a.mp4", width: 640, height: 360, rotation: 0, at: .ms(2_043))
        index.audio("1_a.aac", channelCount: 1, at: .ms(2_050))
        index.rotate("1_a.mp4", rotation: 90, at: .ms(14_730))
        index.close("1_a.mp4", at: ChannelTime(nanoseconds: 33_204_499_999))
        #expect(index.lastLine == "31.204 1_a.mp4 close \n")
        index.create("1_b.mp4", at: .ms(34_000), isCodecSwitch: true)
        let lines = [
            "0.000 1_a.mp4 create ", "0.043 1_a.mp4 info width=640 height=360 rotation=0 ",
            "0.050 1_a.aac info channels=1 ", "12.730 1_a.mp4 rotate rotation=90 ", "31.204 1_a.mp4 close ",
            "32.000 1_b.mp4 create codecswitch ", "",
        ]
        #expect(index.text == lines.joined(separator: "\n"))
    }

    @Test("keeps the order of time, and of telling within one moment")
    func order() {
        var index = UIDIndex(origin: .ms(0))
        index.create("b", at: .ms(500))
        index.create("a", at: .ms(100))
        index.close("c", at: .ms(500))
        #expect(index.text == "0.100 a create \n0.500 b create \n0.500 c close \n")
    }

    @Test("never gives a time before the first file")
    func early() {
        var index = UIDIndex(origin: .ms(1_000))
        index.create("a", at: .ms(990))
        #expect(index.text == "0.000 a create \n")
    }
}
