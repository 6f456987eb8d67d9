import CommandLineOptions
import Service
import Testing

@Suite("The options of one recording")
struct RecordingOptionsTests {
    private static func request(_ options: [(String, String)]) throws -> RecordingRequest {
        var request = RecordingRequest(channel: "room")
        for (name, value) in options { try request.set(name, to: value) }
        return request
    }

    @Test("fill in its fields")
    func fields() throws {
        var wanted = RecordingRequest(channel: "room", directory: "out")
        (wanted.media, wanted.trigger, wanted.onPause) = (.audio, .manual, .hold)
        (wanted.chunkSeconds, wanted.chunkBytes, wanted.maximumSeconds) = (15, 2 << 20, 3600)
        (wanted.atMaximum, wanted.names) = (.stop, "{uid}-{lane}-{stamp}")
        wanted.audioUsers = UserSelection(only: ["1", "anna"], matching: "2.*")
        wanted.videoUsers = UserSelection(except: ["3"])
        let request = try Self.request([
            ("media", "audio"), ("trigger", "manual"), ("on-pause", "hold"), ("subscribe-audio", "1, anna,"),
            ("match-audio", "2.*"), ("except-video", "3"), ("directory", "out"), ("names", "{uid}-{lane}-{stamp}"),
            ("chunk-seconds", "15"), ("chunk-bytes", "2m"), ("max-duration", "3600"), ("at-maximum", "stop"),
        ])
        #expect(request == wanted)
        #expect(try Self.request([("at-maximum", "roll-over")]).atMaximum == .rollOver)
    }

    @Test("leave files and idle time to a server's options")
    func serverOptions() throws {
        var options = ServiceOptions()
        for (name, value) in [
            ("idle", "7"), ("audio", "opus"), ("container", "mp4"), ("stream-type", "1"), ("on-loss", "keep"),
            ("recover-files", "1"), ("mp3", "only"), ("mp3-rate", "16000"),
        ] { try options.set(name, to: value) }
        var request = RecordingRequest(channel: "room", directory: "out")
        request.take(options)
        #expect(
            request
                == RecordingRequest(channel: "room", idleSeconds: 7, files: options.files, directory: "out"))
    }

    @Test("ask for MP3 of sound alone, and say what else to choose", arguments: [MP3Choice.beside, .only])
    func mp3(choice: MP3Choice) {
        var request = RecordingRequest(channel: "room")
        #expect(request.mp3Fault() == nil)
        request.mp3 = choice
        #expect(
            request.mp3Fault(dashes: "--")
                == "--mp3 \(choice.rawValue) is for recordings of sound alone, and --media is both; choose --media audio, "
                + "or --mp3 none")
        request.media = .video
        #expect(request.mp3Fault()?.hasSuffix("and media is video; choose media audio, or mp3 none") == true)
        request.media = .audio
        #expect(request.mp3Fault() == nil)
    }

    @Test("mean nobody by a list without names")
    func nobody() throws {
        #expect(try Self.request([("subscribe-video", "")]).videoUsers == .nobody)
    }

    @Test(
        "are refused by name",
        arguments: [
            ([("media", "none")], "--media is both, audio or video, not 'none'"),
            ([("trigger", "1")], "--trigger is automatic or manual, not '1'"),
            ([("at-maximum", "rollOver")], "--at-maximum is roll-over or stop, not 'rollOver'"),
            ([("chunk-seconds", "9")], "--chunk-seconds is a number from 10 to 86400, not '9'"),
            ([("chunk-bytes", "100")], "--chunk-bytes is at least 64 KB, not 100"),
            ([("max-duration", "0")], "--max-duration is a number from 1 to 31622400, not '0'"),
            ([("directory", "")], "--directory wants a directory, such as ./call"),
            (
                [("names", "{uid}")],
                "--names: '{uid}' lacks {stamp}: without it two files could have the same name"
            ),
            ([("match-audio", "")], "--match-audio wants a regular expression for whole ids, such as '1.*'"),
            (
                [("subscribe-audio", "1"), ("except-audio", "2")],
                "--except-audio and --subscribe-audio exclude each other; keep one of them"
            ),
            (
                [("except-video", "1"), ("match-video", "2")],
                "--except-video and --match-video exclude each other; keep one of them"
            ),
            (
                [("subscribe-audio", Array(repeating: "1", count: 1001).joined(separator: ","))],
                "--subscribe-audio: a list names up to 1000 users, not 1001; write an expression instead"
            ),
        ])
    func refusals(options: [(String, String)], message: String) {
        #expect(throws: OptionError(message)) { try Self.request(options) }
    }

    @Test("are refused with the reason where an expression is none")
    func badExpression() {
        #expect {
            try Self.request([("match-video", "(")])
        } throws: {
            ($0 as? OptionError)?.description.hasPrefix("--match-video: '(' is no regular expression") == true
        }
    }

    @Test("have no name that a server's options have")
    func names() {
        #expect(Set(RecordingRequest.optionNames).isDisjoint(with: ServiceOptions.names))
        #expect(throws: OptionError.self) { try Self.request([("idle", "10")]) }
    }
}
