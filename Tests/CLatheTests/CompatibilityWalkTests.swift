import Foundation
import Testing

@testable import CLathe

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A service that runs, a recorder of it, and what was called so far.
@safe private struct CScene {
    var service: UnsafeMutableRawPointer?
    var recorder: UnsafeMutableRawPointer?

    /// The next event whose text has a word in it.
    func event(with word: String) -> String {
        for _ in 0..<100 {
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = unsafe latheNextEvent(recorder, 30_000, &buffer, 4096)
            let text = String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.isEmpty || text.contains(word) { return text }
        }
        return ""
    }

    /// A text that a function copies.
    func text(_ body: (UnsafeMutablePointer<CChar>, Int32) -> Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 1024)
        let count = unsafe body(&buffer, 1024)
        return String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A call of a function of lathe.h, with what must come of it.
private struct CStep {
    /// The function's name, without its `lathe_`.
    var name: String
    var body: @Sendable (inout CScene) throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (inout CScene) throws -> Void) {
        self.name = name
        self.body = body
    }

    /// A call that returns a number.
    init(_ name: String, returns number: Int64, _ call: @escaping @Sendable (CScene) -> Int64) {
        self.init(name) { scene in
            let found = call(scene)
            #expect(found == number, "\(name): \(lastError())")
        }
    }
}

@Suite("Functions of lathe.h in docs/compatibility.md")
struct CompatibilityWalkTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// What C has besides: it tells errors, and counts what was left out.
    private static let besides: Set<String> = ["last_error", "recorder_dropped_events"]

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The functions that the tables of methods name in their last column.
    private static func named() throws -> Set<String> {
        var isMethod = false
        let cells = try text("docs/compatibility.md").split(separator: "\n").compactMap { line -> Substring? in
            if line.hasPrefix("| method |") { isMethod = line.hasSuffix("| `lathe.h` |") }
            guard line.hasPrefix("|") else { isMethod = false; return nil }
            return isMethod ? line.split(separator: "|").dropLast(0).last : nil
        }
        return Set(cells.flatMap { $0.matches(of: /`([a-z_]+)`/).map { String($0.output.1) } })
    }

    @Test("are all that there are, and each is called in the walk")
    func completeness() throws {
        let header = try Self.text("Sources/CLathe/include/lathe.h").split(separator: "\n").filter {
            !$0.hasPrefix("///")
        }
        let declared = Set(header.flatMap { $0.matches(of: /\blathe_(\w+)\(/).map { String($0.output.1) } })
        #expect(try Self.named() == declared.subtracting(Self.besides))
        #expect(Set(Self.steps.map(\.name)) == declared)
    }

    @Test("do what they say, in their order")
    func walk() async throws {
        try await onThread {
            let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: root) }
            var scene = CScene()
            try Self.make(&scene, root)
            for step in Self.steps { try step.body(&scene) }
        }
    }

    /// Makes services until one finds free ports.
    private static func make(_ scene: inout CScene, _ root: String) throws {
        for _ in 0..<50 {
            let port = UInt16.random(in: 12_000...31_000)
            let json =
                #"{"recordRoot": "\#(root)", "httpPort": 0, "lowUDPPort": \#(port), "highUDPPort": \#(port + 3)}"#
            try #require(unsafe latheServiceCreate(json, &scene.service) == 0)
            if unsafe latheServiceStart(scene.service) == 0 { return }
            unsafe latheServiceRelease(scene.service)
            unsafe scene.service = nil
        }
        Issue.record("no free ports for a service")
    }

    private static let steps = beginning + subscriptions + recording + observers + ending

    /// One that has ended.
    private static let token =
        "006970CA35de60c44645bbae8a215061b33IAAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEAAAACAAAAFgABAAAArggAAAIAAQCv"
        + "KDdWAgAAAAAA"

    private static let beginning = [
        CStep("version") { _ in
            guard let version = unsafe latheVersion() else {
                Issue.record("there is no version")
                return
            }
            let text = unsafe String(cString: version)
            #expect(text.contains("."))
        },
        CStep("service_create") { scene in
            let isThere = unsafe scene.service != nil
            #expect(isThere)
        },
        CStep("service_start", returns: -8) { unsafe Int64(latheServiceStart($0.service)) },
        CStep("last_error") { _ in
            let sentence = lastError()
            #expect(sentence.contains("was started already"))
        },
        CStep("service_url") { scene in
            let service = unsafe scene.service
            let url = unsafe scene.text { unsafe latheServiceURL(service, $0, $1) }
            #expect(url.hasPrefix("http://127.0.0.1:"))
        },
        CStep("service_set_parameter") { scene in
            #expect(unsafe latheServiceSetParameter(scene.service, "che.media_recorder_recover_files", 1) == 0)
            #expect(unsafe latheServiceSetParameter(scene.service, "rtc.enable_proxy", 1) == -4)
        },
        CStep("recorder_create") { scene in
            #expect(unsafe latheRecorderCreate(scene.service, #"{"isMixingEnabled": true}"#, &scene.recorder) == -2)
            #expect(lastError().contains("there is no 'isMixingEnabled'"))
            #expect(unsafe latheRecorderCreate(scene.service, #"{"trigger": "manual"}"#, &scene.recorder) == 0)
        },
        CStep("recorder_join", returns: 0) { unsafe Int64(latheRecorderJoin($0.recorder, "room", "900", token)) },
        CStep("next_event") { scene in
            let event = scene.event(with: "connected")
            #expect(event == #"{"channel":"room","event":"connected","uid":"900"}"#)
        },
        CStep("recorder_directory") { scene in
            let recorder = unsafe scene.recorder
            let directory = unsafe scene.text { unsafe latheRecorderDirectory(recorder, $0, $1) }
            #expect(directory.hasPrefix("/") && FileManager.default.fileExists(atPath: directory))
        },
    ]

    /// What the service tells over HTTP of the recording that runs, as text.
    private static func told(_ scene: CScene, _ field: String) throws -> String {
        let service = unsafe scene.service
        let url = unsafe scene.text { unsafe latheServiceURL(service, $0, $1) }
        let answer = try Data(contentsOf: try #require(URL(string: url + "/v1/recordings?channel=room&limit=1")))
        let page = try JSONSerialization.jsonObject(with: answer) as? [String: Any]
        let recording = try #require((page?["recordings"] as? [[String: Any]])?.first)
        let value = (recording["control"] as? [String: Any])?[field] ?? recording[field]
        let bytes = try JSONSerialization.data(withJSONObject: ["is": value ?? NSNull()], options: .sortedKeys)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func check(_ scene: CScene, _ field: String, is text: String) throws {
        let found = try told(scene, field)
        #expect(found == #"{"is":\#(text)}"#, "\(field)")
    }

    private static let subscriptions = [
        CStep("recorder_unsubscribe_all_audio") { scene in
            #expect(unsafe latheRecorderUnsubscribeAllAudio(scene.recorder) == 0)
            try check(scene, "audioUsers", is: #"{"only":[]}"#)
        },
        CStep("recorder_unsubscribe_all_video") { scene in
            #expect(unsafe latheRecorderUnsubscribeAllVideo(scene.recorder) == 0)
            try check(scene, "videoUsers", is: #"{"only":[]}"#)
        },
        CStep("recorder_subscribe_audio") { scene in
            #expect(unsafe latheRecorderSubscribeAudio(scene.recorder, "7") == 0)
            try check(scene, "audioUsers", is: #"{"only":["7"]}"#)
            #expect(unsafe latheRecorderSubscribeAudio(scene.recorder, "") == -121)
        },
        CStep("recorder_subscribe_video") { scene in
            #expect(unsafe latheRecorderSubscribeVideo(scene.recorder, "7") == 0)
            try check(scene, "videoUsers", is: #"{"only":["7"]}"#)
            #expect(unsafe latheRecorderSubscribeVideo(scene.recorder, nil) == -2)
        },
        CStep("recorder_subscribe_video_type") { scene in
            #expect(unsafe latheRecorderSubscribeVideoType(scene.recorder, "7", 1) == 0)
            try check(scene, "streamTypes", is: #"{"7":1}"#)
            #expect(unsafe latheRecorderSubscribeVideoType(scene.recorder, "7", 2) == -2)
        },
        CStep("recorder_unsubscribe_audio") { scene in
            #expect(unsafe latheRecorderUnsubscribeAudio(scene.recorder, "7") == 0)
            try check(scene, "audioUsers", is: #"{"only":[]}"#)
        },
        CStep("recorder_unsubscribe_video") { scene in
            #expect(unsafe latheRecorderUnsubscribeVideo(scene.recorder, "7") == 0)
            try check(scene, "videoUsers", is: #"{"only":[]}"#)
        },
        CStep("recorder_subscribe_all_audio") { scene in
            #expect(unsafe latheRecorderSubscribeAllAudio(scene.recorder) == 0)
            try check(scene, "audioUsers", is: #"{}"#)
        },
        CStep("recorder_subscribe_all_video") { scene in
            #expect(unsafe latheRecorderSubscribeAllVideo(scene.recorder) == 0)
            try check(scene, "videoUsers", is: #"{}"#)
        },
    ]

    private static let recording = [
        CStep("recorder_start_service") { scene in
            try check(scene, "isPaused", is: #"true"#)
            #expect(unsafe latheRecorderStartService(scene.recorder) == 0)
            try check(scene, "isPaused", is: #"false"#)
        },
        CStep("recorder_stop_service") { scene in
            #expect(unsafe latheRecorderStopService(scene.recorder) == 0)
            try check(scene, "isPaused", is: #"true"#)
        },
        CStep("recorder_resume") { scene in
            #expect(unsafe latheRecorderResume(scene.recorder) == 0)
            try check(scene, "isPaused", is: #"false"#)
        },
        CStep("recorder_pause") { scene in
            #expect(unsafe latheRecorderPause(scene.recorder) == 0)
            try check(scene, "isPaused", is: #"true"#)
        },
        CStep("recorder_stop_single_recording") { scene in
            #expect(unsafe latheRecorderStopSingleRecording(scene.recorder, "7") == 0)
            try check(scene, "audioUsers", is: #"{"except":["7"]}"#)
            #expect(unsafe latheRecorderStopSingleRecording(scene.recorder, "") == -121)
        },
        CStep("recorder_start_single_recording") { scene in
            #expect(unsafe latheRecorderStartSingleRecording(scene.recorder, "7") == 0)
            try check(scene, "audioUsers", is: #"{}"#)
        },
        CStep("recorder_set_volume_interval", returns: 0) {
            unsafe Int64(latheRecorderSetVolumeInterval($0.recorder, 500))
        },
        CStep("recorder_renew_token") { scene in
            #expect(unsafe latheRecorderRenewToken(scene.recorder, token) == 0)
            #expect(unsafe latheRecorderRenewToken(scene.recorder, "another") == -110)
        },
    ]

    private static let observers = [
        CStep("recorder_observe_encoded_frames") { scene in
            #expect(unsafe latheRecorderObserveEncodedFrames(scene.recorder, { _, _, _, _, _, _, _, _ in }, nil) == 0)
            #expect(unsafe latheRecorderObserveEncodedFrames(scene.recorder, nil, nil) == -2)
        },
        CStep("recorder_observe_pictures") { scene in
            #expect(unsafe latheRecorderObservePictures(scene.recorder, { _, _, _, _, _, _, _, _, _ in }, nil) == 0)
            #expect(unsafe latheRecorderObservePictures(scene.recorder, nil, nil) == -2)
        },
        CStep("recorder_observe_jpegs") { scene in
            #expect(
                unsafe latheRecorderObserveJPEGs(scene.recorder, nil, 1_000, { _, _, _, _, _, _, _, _ in }, nil) == 0)
            #expect(
                unsafe latheRecorderObserveJPEGs(scene.recorder, nil, 999, { _, _, _, _, _, _, _, _ in }, nil) == -2)
        },
        CStep("recorder_observe_sound") { scene in
            #expect(unsafe latheRecorderObserveSound(scene.recorder, 8_000, { _, _, _, _, _, _ in }, nil) == 0)
            #expect(unsafe latheRecorderObserveSound(scene.recorder, 44_100, { _, _, _, _, _, _ in }, nil) == -2)
        },
        CStep("recorder_end_video_observer", returns: 0) { unsafe Int64(latheRecorderEndVideoObserver($0.recorder)) },
        CStep("recorder_end_sound_observer", returns: 0) { unsafe Int64(latheRecorderEndSoundObserver($0.recorder)) },
        CStep("recorder_dropped_frames", returns: 0) { unsafe latheRecorderDroppedFrames($0.recorder) },
    ]

    private static let ending = [
        CStep("recorder_leave") { scene in
            #expect(unsafe latheRecorderLeave(scene.recorder) == 16)
            let event = scene.event(with: "disconnected")
            #expect(event.contains(#""leaveCode":16"#))
        },
        CStep("recorder_set_callback") { scene in
            let heard = HeardEvents()
            let context = unsafe Unmanaged.passUnretained(heard).toOpaque()
            #expect(unsafe latheRecorderSetCallback(scene.recorder, { unsafe HeardEvents.hear($0, $1) }, context) == 0)
            #expect(unsafe latheRecorderJoin(scene.recorder, "room", nil, nil) == 0)
            #expect(unsafe latheRecorderLeave(scene.recorder) == 16)
            while !heard.has("disconnected") {}
            #expect(unsafe latheRecorderSetCallback(scene.recorder, nil, nil) == 0)
            #expect(heard.has(#""event":"connected""#))
        },
        CStep("recorder_dropped_events", returns: 0) { unsafe latheRecorderDroppedEvents($0.recorder) },
        CStep("recorder_release") { unsafe latheRecorderRelease($0.recorder) },
        CStep("service_stop") { scene in
            #expect(unsafe latheServiceStop(scene.service) == 0)
            let service = unsafe scene.service
            let url = unsafe scene.text { unsafe latheServiceURL(service, $0, $1) }
            #expect(url.isEmpty)
        },
        CStep("service_release") { unsafe latheServiceRelease($0.service) },
    ]
}
