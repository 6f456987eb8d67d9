import Foundation
import Inspect
import Publish
import Synchronization
import Testing

@testable import Lathe

@Suite("A recorder")
struct RecorderTests {
    private static func isOpened(_ uid: String) -> (RecorderEvent) -> Bool {
        { if case .recorderStateChanged(uid, .start, _, _) = $0 { true } else { false } }
    }

    private static func isClosed(_ uid: String) -> (RecorderEvent) -> Bool {
        { if case .recorderStateChanged(uid, .stop, _, _) = $0 { true } else { false } }
    }

    private static func isEnd(_ event: RecorderEvent) -> Bool { if case .disconnected = event { true } else { false } }

    /// The file that an event names.
    private static func file(_ events: [RecorderEvent], of uid: String) -> String? {
        events.compactMap { event in
            if case .recorderStateChanged(uid, .start, _, let file) = event { file } else { nil }
        }.first
    }

    @Test("tells a whole call in order, and its files are whole")
    func wholeCall() async throws {
        try await withService { service in
            var settings = RecorderSettings()
            settings.infoIntervalMilliseconds = 1_000
            let recorder = try Recorder(service, settings: settings)
            let diary = Diary()
            try recorder.register(diary)
            let stream = recorder.events()
            try await recorder.join("room", user: "900", token: "")
            let fleet = try await service.join("room", uid: 7)
            _ = try await fleet.send(for: .seconds(5))
            try await diary.heard("user 7 is gone") { $0 == .userLeft(uid: "7", reason: .quit) }
            let departure = try await recorder.leave()
            #expect(departure.leaveCode == .clientLeave)
            try await diary.heard("the end", Self.isEnd)

            var streamed: [RecorderEvent] = []
            for await event in stream {
                streamed.append(event)
                if Self.isEnd(event) { break }
            }
            #expect(streamed == diary.events)
            try Self.check(order: streamed)
            let file = try #require(Self.file(streamed, of: "7"))
            let report = try FileReport(ofFile: departure.directory + "/" + file)
            #expect(report.isWhole, "\(report.reasons)")
        }
    }

    /// The events of one user in a call, in the only order that makes sense.
    private static func check(order events: [RecorderEvent]) throws {
        #expect(events.first == .connected(channel: "room", uid: "900"))
        var places: [Int] = []
        func find(_ name: String, _ isMeant: (RecorderEvent) -> Bool) throws {
            let place = events.firstIndex(where: isMeant)
            places.append(try #require(place, "\(name) is missing among \(events)"))
        }
        try find("joining") { $0 == .userJoined(uid: "7") }
        try find("the first picture") {
            if case .firstRemoteVideoDecoded("7", 320, 240, _) = $0 { true } else { false }
        }
        try find("statistics") { if case .remoteVideoStats = $0 { true } else { false } }
        try find("leaving") { $0 == .userLeft(uid: "7", reason: .quit) }
        try find("the last file", isClosed("7"))
        try find("the end", isEnd)
        #expect(places == places.sorted())
        #expect(places.last == events.count - 1)
        // Whenever these come.
        try find("the file", isOpened("7"))
        try find("sound") { if case .firstRemoteAudioDecoded("7", _) = $0 { true } else { false } }
        try find("sound in numbers") { if case .remoteAudioStats(let one) = $0 { one.uid == "7" } else { false } }
        try find("the recording in numbers") {
            if case .recordingStats(let all) = $0 { all.userCount == 1 } else { false }
        }
        try find("how the file goes on") {
            if case .recorderInfoUpdated("7", _, _, let bytes) = $0 { bytes > 0 } else { false }
        }
    }

    @Test("is not delayed by a delegate that blocks: every picture is in the file")
    func blockedDelegate() async throws {
        try await withService { service in
            let recorder = try Recorder(service)
            let isOpen = Atomic<Bool>(false)
            let diary = Diary { while !isOpen.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.01) } }
            try recorder.register(diary)
            try await recorder.join("room")
            let fleet = try await service.join("room", uid: 7)
            let sent = try await fleet.send(for: .seconds(3))
            let directory = try #require(await recorder.directory)
            // The recording ends although nobody took its first event yet.
            _ = try await recorder.leave()
            #expect(diary.events == [])
            isOpen.store(true, ordering: .releasing)
            try await diary.heard("the end", Self.isEnd)
            let file = try #require(Self.file(diary.events, of: "7"))
            let report = try FileReport(ofFile: directory + "/" + file)
            #expect(report.isWhole, "\(report.reasons)")
            let video = try #require(report.tracks.first { $0.kind == "video" })
            #expect(video.sampleCount == sent[0].videoFrameCount)
        }
    }

    @Test("records one user after they were started, and no more after they were stopped")
    func perUser() async throws {
        try await withService { service in
            var settings = RecorderSettings()
            settings.trigger = .perUser
            let recorder = try Recorder(service, settings: settings)
            let diary = Diary()
            try recorder.register(diary)
            try await recorder.join("room")
            let users = [try await service.join("room", uid: 7), try await service.join("room", uid: 8)]
            let sending = users.map { user in Task { _ = try await user.send(for: nil) } }
            try await diary.heard("8 is seen") {
                if case .firstRemoteVideoDecoded("8", _, _, _) = $0 { true } else { false }
            }
            #expect(!diary.has(Self.isOpened("8")))
            try await recorder.startSingleRecording("8")
            try await diary.heard("8 is recorded", Self.isOpened("8"))
            try await recorder.stopSingleRecording("8")
            try await diary.heard("8 is recorded no more", Self.isClosed("8"))
            var only = UserRecorderSettings()
            (only.streamType, only.maximumDuration) = (.audio, .seconds(1))
            try await recorder.setRecorderConfig(only, uid: "7")
            try await recorder.startSingleRecording("7")
            try await diary.heard("7 was recorded for long enough", Self.isClosed("7"))
            for user in users { await user.stop() }
            _ = try await recorder.leave()
            for one in sending { one.cancel() }
            #expect(Self.file(diary.events, of: "7")?.hasSuffix(".m4a") == true)
            #expect(diary.events.filter(Self.isOpened("7")).count == 1)
        }
    }

    @Test("takes the media that is subscribed to, of those who are named")
    func subscriptions() async throws {
        try await withService { service in
            var settings = RecorderSettings()
            settings.autoSubscribe = false
            let recorder = try Recorder(service, settings: settings)
            let diary = Diary()
            try recorder.register(diary)
            try await recorder.subscribeAudio("7")
            try await recorder.join("room")
            let user = try await service.join("room", uid: 7)
            let sending = Task { _ = try await user.send(for: nil) }
            try await diary.heard("7 is heard", Self.isOpened("7"))
            #expect(Self.file(diary.events, of: "7")?.hasSuffix(".m4a") == true)
            try await recorder.unsubscribeAllAudio()
            try await diary.heard("7 is heard no more", Self.isClosed("7"))
            await user.stop()
            _ = try await recorder.leave()
            sending.cancel()
            #expect(!diary.has { if case .firstRemoteVideoDecoded = $0 { true } else { false } })
        }
    }

    @Test("waits for its start in manual mode, and pauses")
    func manual() async throws {
        try await withService { service in
            var settings = RecorderSettings()
            settings.trigger = .manual
            let recorder = try Recorder(service, settings: settings)
            let diary = Diary()
            try recorder.register(diary)
            try await recorder.join("room")
            let user = try await service.join("room", uid: 7)
            let sending = Task { _ = try await user.send(for: nil) }
            try await diary.heard("7 is seen") {
                if case .firstRemoteVideoDecoded("7", _, _, _) = $0 { true } else { false }
            }
            #expect(!diary.has(Self.isOpened("7")))
            try await recorder.startService()
            try await diary.heard("7 is recorded", Self.isOpened("7"))
            try await recorder.stopService()
            await user.stop()
            _ = try await recorder.leave()
            sending.cancel()
        }
    }

    @Test("fails in the wrong mode, and at the wrong time, by sentences")
    func wrongCalls() async throws {
        try await withService { service in
            #expect(throws: RecorderError.noComposite) { try Recorder(service, mode: .composite) }
            let recorder = try Recorder(service)
            await Self.fails(.notInChannel) { try await recorder.leave() }
            await Self.fails(.notInChannel) { try await recorder.renewToken("t") }
            await Self.fails(.notInChannel) { try await recorder.startSingleRecording("7") }
            await Self.fails(.notInChannel) { try await recorder.pause() }
            await Self.fails(.invalidChannelName) { try await recorder.join("") }
            await Self.fails(.invalidState) { try await recorder.startRecording() }
            await Self.fails(.invalidState) { try await recorder.stopRecording() }
            await Self.fails(.invalidState) { try await recorder.setRecorderConfig() }
            await Self.fails(.notSupported) { try await recorder.setVideoMixingLayout() }
            await Self.fails(.notSupported) { try await recorder.enableAndUpdateVideoWatermarks() }
            await Self.fails(.notSupported) { try await recorder.disableVideoWatermarks() }
            await Self.fails(.notSupported) { try await recorder.enableEncryption() }
            await Self.fails(.invalidUserID) { try await recorder.subscribeAudio("") }
            try await recorder.join("room")
            await Self.fails(.joinChannelRejected) { try await recorder.join("other") }
            await Self.fails(.invalidState) { try await recorder.startService() }
            await Self.fails(.invalidToken) { try await recorder.renewToken("t") }
            _ = try await recorder.leave()
            await Self.fails(.invalidToken) { try await recorder.join("room", token: "007AAAA") }
            // It may join again.
            try await recorder.join("room")
            _ = try await recorder.leave()
        }
    }

    private static func fails(_ code: ErrorCode, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("nothing failed with \(code)")
        } catch {
            let error = error as? RecorderError
            #expect(error?.code == code)
            #expect((error?.message.count ?? 0) > 20)
        }
    }
}
