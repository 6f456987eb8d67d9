import Capture
import Foundation
import Testing

@testable import Inspect

@Suite("What a recording says of itself")
struct RecordingReportTests {
    private static let story = """
        {"id": "x", "users": [], "takes": [
          {"file": "7_1.mp4", "uid": "7", "cause": "first", "firstPictureMilliseconds": 180, "byteCount": 5},
          {"file": "7_2.webm", "uid": "7", "cause": "codecswitch", "proof": {
            "pictures": {"whole": 1780, "repaired": 12, "broken": 0, "dropped": 3}, "earlyPictureCount": 2,
            "picturePackets": {"expected": 20123, "lost": 14, "repaired": 213},
            "soundPackets": {"expected": 3000, "lost": 1, "repaired": 0}, "intervalMilliseconds": 10000,
            "losses": [{"atMilliseconds": 30000, "picturePackets": {"expected": 700, "lost": 14, "repaired": 4},
              "soundPackets": {"expected": 500, "lost": 1, "repaired": 0},
              "pictures": {"whole": 290, "repaired": 1, "broken": 0, "dropped": 3}}],
            "videoKilobitsPerSecond": [900, 1200], "audioKilobitsPerSecond": [64, 64],
            "sizes": [{"atMilliseconds": 0, "width": 640, "height": 360}],
            "rotations": [{"atMilliseconds": 0, "degrees": 0}, {"atMilliseconds": 5000, "degrees": 90}],
            "unlistedChangeCount": 0,
            "freezes": [{"atMilliseconds": 31000, "milliseconds": 620, "cause": "loss"},
              {"atMilliseconds": 41000, "milliseconds": 1400, "cause": "sender", "count": 2}],
            "mutes": [{"atMilliseconds": 50000, "milliseconds": 6000, "cause": "video"}], "absences": [],
            "concealedMilliseconds": 40, "recoveredMilliseconds": 20, "silentMilliseconds": 300,
            "clock": {"audioDriftPartsPerMillion": 12.3, "videoDriftPartsPerMillion": -4, "offsetMilliseconds": 4.2,
              "offsetP99Milliseconds": 8, "stepCount": 1, "refusedReportCount": 0}}}]}
        """

    @Test("is told file by file, the losses first")
    func lines() throws {
        let report = try #require(RecordingReport(parsing: Data(Self.story.utf8)))
        #expect(
            report.lines == [
                "", "7_1.mp4: user 7, first picture after 180 ms", "", "7_2.webm: user 7, begun because of codecswitch",
                "  pictures: 1780 whole, 12 repaired, 0 broken, 3 left out after loss, 2 before the first keyframe",
                "  packets: video 20123 expected, 14 lost, 213 repaired; audio 3000 expected, 1 lost, 0 repaired",
                "  loss: 30.000 s: video 700 expected, 14 lost, 4 repaired; audio 500 expected, 1 lost, 0 repaired; "
                    + "3 pictures left out",
                "  held: for 620 ms from 31.000 s (loss)", "  held: for 1400 ms from 41.000 s (sender), 2 times",
                "  mute: for 6000 ms from 50.000 s (video)", "  size: 640×360 from 0.000 s",
                "  turned: 0° from 0.000 s", "  turned: 90° from 5.000 s",
                "  sound: 40 ms concealed, 20 ms recovered, 300 ms of silence filled in",
                "  rate over 10 s: video 900 to 1200 kb/s, audio 64 to 64 kb/s",
                "  clocks: sound +12.3 ppm, pictures -4.0 ppm, pictures +4.2 ms behind the sound, 99 % within 8.0 ms, "
                    + "set 1 times",
            ])
    }

    @Test("is as long as it must be, whatever happened")
    func long() throws {
        var report = try #require(RecordingReport(parsing: Data(Self.story.utf8)))
        let loss = try #require(report.takes[1].proof?.losses.first)
        report.takes[1].proof?.losses = [TakeProof.Loss](repeating: loss, count: 25)
        #expect(report.lines.count { $0.hasPrefix("  loss:") } == 10)
        #expect(report.lines.contains("  and 15 more"))
    }

    @Test("names sound that came and is not in the file, if there is any")
    func leftOut() throws {
        var report = try #require(RecordingReport(parsing: Data(Self.story.utf8)))
        report.takes[1].proof?.leftOutMilliseconds = 12
        report.takes[1].proof?.malformedSoundPacketCount = 3
        #expect(
            report.lines.contains(
                "  sound: 40 ms concealed, 20 ms recovered, 300 ms of silence filled in, 12 ms left out, "
                    + "3 packets could not be decoded"))
    }

    @Test("is nothing if the document is another's", arguments: ["", "[]", "{}", #"{"takes": [{"file": 1}]}"#])
    func foreign(text: String) { #expect(RecordingReport(parsing: Data(text.utf8)) == nil) }
}
