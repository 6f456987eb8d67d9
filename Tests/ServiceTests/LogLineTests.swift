import Capture
import Testing

@testable import Service

@Suite("A line of the log")
struct LogLineTests {
    private static let time = WallTime(unixNanoseconds: 1_560_238_366_073_000_000)

    private static func text(_ line: LogLine, _ format: LogLine.Format) -> String {
        String(decoding: line.bytes(as: format), as: UTF8.self)
    }

    @Test("is text for people or JSON for programs")
    func formats() {
        let line = LogLine(
            time: Self.time, level: .info, message: "userJoined",
            fields: LogFields(recording: "r", channel: "a/b", uid: "42"))
        #expect(
            Self.text(line, .text)
                == "2019-06-11T07:32:46.073Z INFO userJoined recording=r channel=a/b uid=42\n")
        #expect(
            Self.text(line, .json)
                == #"{"channel":"a/b","level":"info","message":"userJoined","recording":"r","#
                + #""time":"2019-06-11T07:32:46.073Z","uid":"42"}"# + "\n")
    }

    @Test("is one line, whatever names are in it")
    func injection() {
        let line = LogLine(
            time: Self.time, level: .error, message: "a\nb\r\u{1B}[2Jc", fields: LogFields(uid: "4\n2"))
        for format in LogLine.Format.allCases {
            let text = Self.text(line, format)
            #expect(text.utf8.filter { $0 < 0x20 } == [0x0A])
            #expect(text.hasSuffix("\n"))
        }
    }
}
