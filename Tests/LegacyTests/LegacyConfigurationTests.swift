import Foundation
import Legacy
import Testing

@Suite("A legacy JSON file")
struct LegacyConfigurationTests {
    private static func order(_ text: String) throws -> LegacyOrder {
        try LegacyConfiguration(parsing: Data(text.utf8), named: "c.json").order
    }

    private static func options(_ pairs: (String, String)...) -> [LegacyOption] { pairs.map(LegacyOption.init) }

    @Test("names a directory and cuts files")
    func configuration() throws {
        #expect(
            try Self.order(#"{"Recording_Dir": "/rec/a", "Chunk_Time_Span": "15"}"#).options
                == Self.options(("directory", "/rec/a"), ("chunk-seconds", "15")))
        #expect(try Self.order(#"{"Chunk_Time_Span": 10}"#).options == Self.options(("chunk-seconds", "10")))
    }

    @Test("loads as the product ships it")
    func shipped() throws {
        let order = try Self.order(#"{"Secondary_Recorder": "mp3", "Audio_Sample_Rate": 16000}"#)
        #expect(order.options == Self.options(("mp3", "beside"), ("mp3-rate", "16000")))
        #expect(order.notes == [])
    }

    @Test("asks for MP3 at a rate that the product knew, and else at the lowest")
    func mp3() throws {
        #expect(try Self.order(#"{"Audio_Only_Record": "mp3"}"#).options == Self.options(("mp3", "only")))
        for rate in [16_000, 32_000, 44_100, 48_000] {
            let order = try Self.order(#"{"Audio_Only_Record": "mp3", "Audio_Sample_Rate": \#(rate)}"#)
            #expect(order.options == Self.options(("mp3", "only"), ("mp3-rate", "\(rate)")))
            #expect(order.notes == [])
        }
        let order = try Self.order(#"{"Secondary_Recorder": "mp3", "Audio_Sample_Rate": 22050}"#)
        #expect(order.options == Self.options(("mp3", "beside"), ("mp3-rate", "16000")))
        #expect(
            order.notes == [
                "c.json: 'Audio_Sample_Rate' is 16000, 32000, 44100 or 48000; 22050 becomes 16000"
            ])
    }

    @Test("loads as the sample of 4.x has it")
    func sample() throws {
        let order = try Self.order(
            """
            {"appId": "", "token": "", "channelName": "room", "useStringUid": false, "useCloudProxy": false, "userId": "0",
             "subAllAudio": false, "subAudioUserList": ["1", 2], "subAllVideo": true, "subVideoUserList": [],
             "subStreamType": "high", "isMix": false, "backgroundColor": 0, "backgroundImage": "",
             "layoutMode": "", "maxResolutionUid": "", "recorderStreamType": "both", "recorderPath": "/rec/b/",
             "maxDuration": 120, "recoverFile": true, "audio": {"sampleRate": 48000, "numOfChannels": 1},
             "video": {"width": 1280, "height": 720, "fps": 15}, "waterMark": [],
             "encryption": {"mode": "", "key": "", "salt": ""}, "rotation": [], "frameCaptureConfig": {"enable": false}}
            """)
        #expect(order.channel == "room")
        #expect(
            order.options
                == Self.options(
                    ("directory", "/rec/b/"), ("recover-files", "1"), ("max-duration", "120"), ("at-maximum", "stop"),
                    ("subscribe-audio", "1,2"), ("stream-type", "0"), ("media", "both")))
        #expect(
            order.notes == [
                "c.json: 'audio' means nothing here: sound keeps the sender's channels, at 48000 Hz",
                "c.json: 'video' means nothing here: pictures are kept as they were sent",
            ])
    }

    @Test("has users of one medium where the list alone is given, and nobody where all are excluded")
    func users() throws {
        #expect(try Self.order(#"{"subVideoUserList": ["a"]}"#).options == Self.options(("subscribe-video", "a")))
        #expect(try Self.order(#"{"subAllVideo": false}"#).options == Self.options(("subscribe-video", "")))
        #expect(
            try Self.order(#"{"subAllAudio": true, "subAudioUserList": ["a"]}"#).notes == [
                "c.json: 'subAudioUserList' means nothing here: 'subAllAudio' is true, and everybody is recorded"
            ])
    }

    @Test("names keys that nobody knows, and passes over those without a value")
    func unknown() throws {
        let order = try Self.order(#"{"BitrateKbps": 5, "Recording_Dir": null}"#)
        #expect(order.options == [])
        #expect(order.notes == ["c.json: 'BitrateKbps' is no key that anybody knows; it is passed over"])
    }

    @Test(
        "is refused, naming the key and what it wants",
        arguments: [
            ("[1]", #"c.json must hold one JSON object, such as { "Recording_Dir": "/var/rec/call" }"#),
            (#"{"Recording_Dir": 5}"#, #"c.json: 'Recording_Dir' is a text, such as "/var/rec/call", not a number"#),
            (
                #"{"Chunk_Time_Span": "soon"}"#,
                #"c.json: 'Chunk_Time_Span' is a number of seconds, also as a text, such as "15", not a text"#
            ),
            (#"{"Chunk_Time_Span": "9"}"#, "c.json: 'Chunk_Time_Span' is a number of seconds from 10 to 86400, not 9"),
            (
                #"{"Pcm_Sample_Rate": 1.5}"#,
                "c.json: 'Pcm_Sample_Rate' is a whole number, such as 16000, not a fraction"
            ),
            (#"{"Secondary_Recorder": "wav"}"#, #"c.json: 'Secondary_Recorder' is one of "mp3", not "wav""#),
            (
                #"{"Secondary_Recorder": "mp3", "Audio_Only_Record": "mp3"}"#,
                "c.json: 'Secondary_Recorder' and 'Audio_Only_Record' exclude each other"
            ),
            (#"{"isMix": 1}"#, "c.json: 'isMix' is true or false, such as false, not a number"),
            (
                #"{"subAudioUserList": [true]}"#,
                #"c.json: 'subAudioUserList' is a list of users, such as ["1", "2"], not a list of something else"#
            ),
            (#"{"subStreamType": "mid"}"#, #"c.json: 'subStreamType' is one of "high", "low", not "mid""#),
            (
                #"{"recorderStreamType": "none"}"#,
                #"c.json: 'recorderStreamType' is one of "audio_only", "video_only", "both", not "none""#
            ),
            (#"{"maxDuration": 0}"#, "c.json: 'maxDuration' is at least 1 second, not 0"),
            (
                #"{"Recording_Dir": "a", "recorderPath": "b"}"#,
                "c.json: 'Recording_Dir' and 'recorderPath' exclude each other"
            ),
            (
                #"{"isMix": true}"#,
                "c.json: 'isMix' true: Lathe makes no composite; leave it out, and merge the users' files with FFmpeg "
                    + "afterwards"
            ),
        ])
    func refusals(text: String, sentence: String) {
        #expect(throws: LegacyRefusal([sentence])) { try Self.order(text) }
    }

    @Test("is refused where it is no JSON, at every place where it may end")
    func cutOff() throws {
        let text = #"{"Recording_Dir": "/rec/a", "Chunk_Time_Span": "15"}"#
        for count in 0..<text.utf8.count {
            #expect {
                try LegacyConfiguration(parsing: Data(text.utf8.prefix(count)), named: "c.json")
            } throws: {
                ($0 as? LegacyRefusal)?.description.hasPrefix("c.json is not JSON") == true
            }
        }
    }

    @Test("refuses what it cannot do, and never repeats a key")
    func encryption() {
        #expect {
            try Self.order(#"{"encryption": {"mode": "AES_128_GCM2", "key": "hush", "salt": "hush"}, "token": "hush"}"#)
        } throws: {
            "\($0)".contains("'encryption' is set: Lathe opens no media") && !"\($0)".contains("hush")
        }
        #expect { try Self.order(#"{"waterMark": [{"type": "time"}]}"#) } throws: {
            "\($0)".contains("'waterMark' is set: Lathe draws nothing")
        }
        #expect { try Self.order(#"{"frameCaptureConfig": {"enable": true, "videoFrameType": 3}}"#) } throws: {
            "\($0)".contains("'frameCaptureConfig' is enabled: this command makes no screenshots")
        }
        #expect { try Self.order(#"{"frameCaptureConfig": {"enable": true, "videoFrameType": 1}}"#) } throws: {
            "\($0)".contains("'frameCaptureConfig' is enabled: this command hands out no raw pictures")
        }
    }
}
