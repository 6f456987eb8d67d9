import Capture
import HTTPServer
import Service
import Testing

@testable import API

@Suite("What a client of the cloud's paths asks of a recording")
struct CloudTaskTests {
    private static func fields(_ text: String) throws -> CloudFields {
        let target = try #require(HTTPTarget(path: "/"))
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        return try CloudFields(HTTPRequest(.post, target, headers: headers, body: Array(text.utf8)))
    }

    private static func start(_ configuration: String) throws -> RecordingRequest {
        try CloudTask.start(fields(#"{"clientRequest": {"recordingConfig": \#(configuration)}}"#), in: "room")
    }

    @Test("becomes a recording of ours, with the defaults of those paths")
    func defaults() throws {
        let wanted = try Self.start("{}")
        #expect(wanted.channel == "room")
        #expect(wanted.idleSeconds == 30)
        #expect((wanted.media, wanted.streamType) == (.both, .high))
        #expect((wanted.audioUsers, wanted.videoUsers, wanted.audio) == (nil, nil, nil))
        #expect(try CloudTask.start(Self.fields("{}"), in: "room").idleSeconds == 30)
    }

    @Test("honours what can be honoured")
    func honoured() throws {
        #expect(try Self.start(#"{"maxIdleTime": 2592000}"#).idleSeconds == 2_592_000)
        #expect(try Self.start(#"{"streamTypes": 0}"#).media == .audio)
        #expect(try Self.start(#"{"streamTypes": 1}"#).media == .video)
        #expect(try Self.start(#"{"videoStreamType": 1}"#).streamType == .low)
        #expect(try Self.start(#"{"streamMode": "original"}"#).audio == .opus)
    }

    @Test("names what it takes and has no effect")
    func ignored() throws {
        let fields = try Self.fields(
            #"""
            {"cname": "room", "uid": "1", "clientRequest": {"token": "t", "storageConfig": {"secretKey": "hidden"},
             "recordingFileConfig": {"avFileType": ["hls"]}, "appsCollection": {"combinationPolicy": "default"},
             "recordingConfig": {"channelType": 0, "decryptionMode": 0, "subscribeUidGroup": 0, "maxIdleTime": 30}}}
            """#)
        _ = (try fields.text("cname"), try fields.text("uid"))
        _ = try CloudTask.start(fields, in: "room")
        #expect(
            fields.ignored == [
                "clientRequest.recordingConfig.channelType", "clientRequest.recordingConfig.subscribeUidGroup",
                "clientRequest.storageConfig", "clientRequest.token",
            ])
    }

    @Test(
        "is refused where it would lose something",
        arguments: [
            #"{"recordingConfig": {"decryptionMode": 1}}"#, #"{"recordingConfig": {"decryptionMode": 9}}"#,
            #"{"recordingConfig": {"maxIdleTime": 4}}"#, #"{"recordingConfig": {"maxIdleTime": 2592001}}"#,
            #"{"recordingConfig": {"streamTypes": 3}}"#, #"{"recordingConfig": {"videoStreamType": 2}}"#,
            #"{"recordingConfig": {"streamMode": "other"}}"#, #"{"recordingConfig": []}"#,
            #"{"recordingConfig": {"streamTypes": 1, "subscribeAudioUids": ["1"]}}"#,
            #"{"recordingConfig": {"streamTypes": 1, "unSubscribeAudioUids": ["1"]}}"#,
            #"{"recordingConfig": {"streamTypes": 0, "subscribeVideoUids": ["1"]}}"#,
            #"{"recordingFileConfig": {"avFileType": ["mp4"]}}"#,
            #"{"recordingFileConfig": {"avFileType": ["hls", "mp4"]}}"#, #"{"snapshotConfig": {}}"#,
            #"{"extensionServiceConfig": {}}"#, #"{"transcodeOptions": {}}"#,
            #"{"appsCollection": {"combinationPolicy": "postpone_transcoding"}}"#,
        ])
    func refusals(wish: String) throws {
        let refusal = try #require(throws: CloudRefusal.self) {
            try CloudTask.start(Self.fields(#"{"clientRequest": \#(wish)}"#), in: "room")
        }
        #expect((refusal.status, refusal.code) == (400, 2))
        #expect(refusal.reason.hasPrefix("clientRequest."))
    }

    @Test("has a uid of its own")
    func uid() throws {
        #expect(try CloudTask.uid(Self.fields(#"{"uid": "4294967295"}"#)) == .max)
        for wrong in [#""0""#, #""4294967296""#, #""-1""#, #""+1""#, #""01""#, #""a""#, #""""#, "5"] {
            #expect(throws: CloudRefusal.self) { try CloudTask.uid(Self.fields(#"{"uid": \#(wrong)}"#)) }
        }
    }

    @Test("acquires for calls, not for web pages or later transcoding")
    func scenes() throws {
        try CloudTask.checkAcquire(Self.fields(#"{"clientRequest": {"scene": 0, "region": "EU"}}"#))
        try CloudTask.checkAcquire(Self.fields("{}"))
        for scene in 1...3 {
            #expect(throws: CloudRefusal.self) {
                try CloudTask.checkAcquire(Self.fields(#"{"clientRequest": {"scene": \#(scene)}}"#))
            }
        }
    }

    @Test("changes who is recorded")
    func update() throws {
        let update = try CloudTask.update(
            Self.fields(
                #"""
                {"clientRequest": {"streamSubscribe": {"audioUidList": {"subscribeAudioUids": ["#allstream#"]},
                 "videoUidList": {"unsubscribeVideoUids": ["1"]}}}}
                """#))
        #expect(update.audioUsers == .everybody)
        #expect(update.videoUsers == UserSelection(except: ["1"]))
        #expect(try CloudTask.update(Self.fields(#"{"clientRequest": {"storageConfig": {}}}"#)) == RecordingUpdate())
        for wish in [
            "", #""clientRequest": {}"#, #""clientRequest": {"streamSubscribe": {}}"#,
            #""clientRequest": {"streamSubscribe": {"audioUidList": {}}}"#,
            #""clientRequest": {"webRecordingConfig": {"onhold": true}}"#,
            #""clientRequest": {"rtmpPublishConfig": {}}"#,
        ] {
            #expect(throws: CloudRefusal.self) { try CloudTask.update(Self.fields("{\(wish)}")) }
        }
    }

    @Test("says whether a stop waits")
    func stops() throws {
        #expect(try !CloudTask.isAsynchronousStop(Self.fields("{}")))
        #expect(try !CloudTask.isAsynchronousStop(Self.fields(#"{"clientRequest": {}}"#)))
        #expect(try CloudTask.isAsynchronousStop(Self.fields(#"{"clientRequest": {"async_stop": true}}"#)))
        #expect(throws: CloudRefusal.self) {
            try CloudTask.isAsynchronousStop(Self.fields(#"{"clientRequest": {"async_stop": 1}}"#))
        }
    }
}
