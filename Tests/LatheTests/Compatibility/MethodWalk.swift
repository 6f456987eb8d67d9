import Capture
import Foundation
import Service
import Testing

@testable import Lathe

/// How each method of docs/compatibility.md is tried, by the first words of its row.
enum MethodWalk {
    /// Of `IRecordingEngine`, and of the Java class beside it.
    static let engine: [String: WalkStep] = [
        "createAgoraRecordingEngine": .honoured { scene in
            _ = try Recorder(scene.service)
            #expect(await scene.service.url != nil)
        },
        "joinChannel": .honoured(join),
        "leaveChannel": .honoured(leave),
        "startService": .honoured { scene in
            try await scene.recording({ $0.trigger = .manual }) { recorder, _ in
                #expect(try await recorder.document().isPaused == true)
                try await recorder.startService()
                #expect(try await recorder.document().isPaused == false)
                try await recorder.stopService()
                #expect(try await recorder.document().isPaused == true)
            }
        },
        "getProperties": .honoured { scene in
            try await scene.recording { recorder, _ in
                let directory = try #require(await recorder.directory)
                #expect(directory.hasPrefix("/") && FileManager.default.fileExists(atPath: directory))
            }
        },
        "getUserInfoByUserAccount": .nothing,
        "updateSubscribeVideoUids": .honoured { scene in
            try await scene.recording({ $0.autoSubscribe = false }) { recorder, _ in
                try await recorder.subscribeVideo("7")
                #expect(try await recorder.records("7") == (false, true))
                try await recorder.subscribeAudio("7")
                try await recorder.unsubscribeVideo("7")
                #expect(try await recorder.records("7") == (true, false))
                try await recorder.unsubscribeAudio("7")
                #expect(try await recorder.records("7") == (false, false))
            }
        },
        "stoppedOnError": .nothing,
        "setLogLevel": .nothing,
        "enableModuleLog": .nothing,
        "setVideoMixingLayout": .refused(.notSupported, layout),
        "setUserBackground": .nothing,
        "requestToken": .honoured(renew),
        "Java registerOberserver": .honoured(register),
    ]

    /// Of the Node sample, which has names of its own.
    static let node: [String: WalkStep] = [
        "setMixLayout": .nothing, "joinChannel": .nothing, "/recorder/v1/start": .nothing, "error": .nothing,
    ]

    static let sender: [String: WalkStep] = ["createAgoraServerEngine": .nothing]

    static let service: [String: WalkStep] = [
        "createAgoraService": .honoured { _ in
            try await withService { service in
                let (url, ports) = (await service.url, await service.mediaPorts)
                #expect(url != nil && !ports.isEmpty)
                await service.stop()
                #expect(await service.url == nil)
            }
        },
        "setLogFile": .nothing,
        "getAgoraParameter": .honoured { scene in
            try await scene.service.setParameter("che.media_recorder_recover_files", true)
            try await scene.recording { recorder, _ in
                let document = try await recorder.document()
                #expect(document.recoverFiles == true)
            }
            try await scene.service.setParameter("che.media_recorder_recover_files", false)
            let error = await #expect(throws: RecorderError.self) {
                try await scene.service.setParameter("rtc.enable_proxy", true)
            }
            #expect(error?.code == .notSupported)
        },
        "getSdkVersion (Java)": .honoured { _ in
            let version = LatheService.version
            #expect(version.contains("."))
        },
        "setGlobalLocalAccessPoint": .nothing,
    ]

    /// Of `IAgoraMediaRtcRecorder`.
    static let recorder: [String: WalkStep] = [
        "initialize with enable_mix false": .honoured { scene in _ = try Recorder(scene.service, mode: .individual) },
        "initialize with enable_mix true": .refused(.notSupported) { scene in
            _ = try Recorder(scene.service, mode: .composite)
        },
        "joinChannel": .honoured { scene in
            try await join(scene)
            try await leave(scene)
        },
        "enableEncryption": .refused(.notSupported) { try await Recorder($0.service).enableEncryption() },
        "subscribeAllAudio": .honoured { scene in
            try await scene.recording({ $0.autoSubscribe = false }) { recorder, _ in
                #expect(try await recorder.records("7") == (false, false))
                try await recorder.subscribeAllAudio()
                #expect(try await recorder.records("7") == (true, false))
                try await recorder.subscribeAllVideo()
                #expect(try await recorder.records("7") == (true, true))
            }
        },
        "unsubscribeAllAudio": .honoured { scene in
            try await scene.recording { recorder, _ in
                try await recorder.unsubscribeAllAudio()
                #expect(try await recorder.records("7") == (false, true))
                try await recorder.unsubscribeAllVideo()
                #expect(try await recorder.records("7") == (false, false))
            }
        },
        "subscribeAudio": .honoured { scene in
            try await scene.recording({ $0.autoSubscribe = false }) { recorder, _ in
                try await recorder.subscribeAudio("not there")
                try await recorder.subscribeAudio("7")
                try await recorder.subscribeVideo("8")
                #expect(try await recorder.records("7") == (true, false))
                #expect(try await recorder.records("8") == (false, true))
            }
        },
        "unsubscribeAudio": .honoured { scene in
            try await scene.recording { recorder, _ in
                try await recorder.unsubscribeAudio("7")
                try await recorder.unsubscribeVideo("8")
                #expect(try await recorder.records("7") == (false, true))
                #expect(try await recorder.records("8") == (true, false))
            }
        },
        "VideoSubscriptionOptions.type": .honoured { scene in
            let document = try await scene.document(of: #"{"videoStreamType": 1}"#)
            #expect(document.streamType == .low)
            try await scene.recording { recorder, _ in
                try await recorder.subscribeVideo("7", .low)
                let document = try await recorder.document()
                #expect(document.control?.streamTypes == ["7": .low])
            }
        },
        "setRecorderConfigByUid": .honoured { scene in
            var sound = UserRecorderSettings()
            sound.streamType = .audio
            let settings = sound
            try await scene.recording { recorder, _ in
                try await recorder.setRecorderConfig(settings, uid: "7")
                #expect(try await recorder.records("7") == (true, false))
                #expect(try await recorder.records("8") == (true, true))
            }
        },
        "setRecorderConfig": .refused(.invalidState) { try await Recorder($0.service).setRecorderConfig() },
        "startRecording": .refused(.invalidState) { scene in
            let recorder = try Recorder(scene.service)
            let error = await #expect(throws: RecorderError.self) { try await recorder.stopRecording() }
            #expect(error?.message.contains("for composites") == true)
            try await recorder.startRecording()
        },
        "startSingleRecordingByUid": .honoured(startSingle),
        "registerRecorderEventHandle": .honoured(register),
        "setVideoMixingLayout": .refused(.notSupported, layout),
        "enableAndUpdateVideoWatermarks": .refused(.notSupported) { scene in
            let recorder = try Recorder(scene.service)
            let error = await #expect(throws: RecorderError.self) {
                try await recorder.disableVideoWatermarks(uid: "7")
            }
            #expect(error?.code == .notSupported)
            try await recorder.enableAndUpdateVideoWatermarks(uid: "7")
        },
        "enableRecorderVideoFrameCapture": .honoured(capture),
        "setAudioVolumeIndicationParameters": .honoured { scene in
            try await scene.recording { recorder, diary in
                try await recorder.setAudioVolumeIndicationParameters(milliseconds: 200)
                try await diary.heard("who speaks") { if case .activeSpeaker = $0 { true } else { false } }
            }
        },
        "setGlobalLocalAccessPoint": .nothing,
        "renewToken": .honoured(renew),
        "release": .nothing,
    ]

    // MARK: - What several rows call

    @Sendable private static func join(_ scene: WalkScene) async throws {
        try await scene.recording { recorder, diary in
            try await diary.heard("the recorder is in") { $0 == .connected(channel: "room", uid: "900") }
            #expect(try await recorder.document().channel == "room")
        }
    }

    @Sendable private static func leave(_ scene: WalkScene) async throws {
        let departure = try await scene.recording { _, _ in }.departure
        #expect(departure.leaveCode == .clientLeave)
        #expect(FileManager.default.fileExists(atPath: departure.directory + "/recording.json"))
    }

    @Sendable private static func layout(_ scene: WalkScene) async throws {
        try await Recorder(scene.service).setVideoMixingLayout()
    }

    @Sendable private static func renew(_ scene: WalkScene) async throws {
        try await scene.recording { recorder, diary in
            try await recorder.renewToken(try TestToken.ending(inSeconds: 1))
            try await diary.heard("its end") { $0 == .tokenPrivilegeDidExpire }
            let error = await #expect(throws: RecorderError.self) { try await recorder.renewToken("another") }
            #expect(error?.code == .invalidToken)
        }
    }

    @Sendable private static func register(_ scene: WalkScene) async throws {
        let (first, second) = (Diary(), Diary())
        try await scene.recording { recorder, _ in
            try recorder.register(first)
            try recorder.register(second)
            let stream = recorder.events()
            try await recorder.setAudioVolumeIndicationParameters(milliseconds: 200)
            for await _ in stream { break }
            try await first.heard("something") { _ in true }
            recorder.unregister(second)
        }
        let isEnd: (RecorderEvent) -> Bool = { if case .disconnected = $0 { true } else { false } }
        try await first.heard("the end", isEnd)
        #expect(!second.has(isEnd))
    }

    @Sendable private static func startSingle(_ scene: WalkScene) async throws {
        try await scene.recording({ $0.trigger = .perUser }) { recorder, diary in
            #expect(try await recorder.records("7") == (false, false))
            try await recorder.startSingleRecording("7")
            try await diary.heard("the file of 7") {
                if case .recorderStateChanged("7", .start, _, _) = $0 { true } else { false }
            }
            try await recorder.stopSingleRecording("7")
            try await diary.heard("its end") {
                if case .recorderStateChanged("7", .stop, _, _) = $0 { true } else { false }
            }
            #expect(!diary.has { if case .recorderStateChanged("8", _, _, _) = $0 { true } else { false } })
        }
    }

    @Sendable private static func capture(_ scene: WalkScene) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let kinds: [VideoFrameCapture] = [
            .encodedFrames, .pictures, .jpegs(every: .seconds(1)), .jpegFiles(directory: directory, every: .seconds(1)),
        ]
        try await scene.recording { recorder, _ in
            for kind in kinds {
                let counter = FrameCounter()
                try await recorder.enableRecorderVideoFrameCapture(kind, observer: counter)
                try await eventually("\(kind)") { counter.count > 0 ? true : nil }
            }
            try await recorder.disableRecorderVideoFrameCapture()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).contains { $0.hasSuffix(".jpg") })
    }
}
