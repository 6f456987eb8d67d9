import EventLoop
import Foundation
import Testing

@testable import Lathe
@testable import Publish

@Suite("Callbacks of docs/compatibility.md")
struct EventWalkTests {
    private static let rows = PageRow.rows(under: "Callbacks")
    /// What cells name besides events.
    private static let others: Set<String> = ["directory", "received", "captured", "FrameObserver"]

    /// The names of events in a row; none of what is never told.
    private static func events(_ row: PageRow) -> [String] {
        row.promise.contains("never told") ? [] : PageRow.code(row.promise).filter { !others.contains($0) }
    }

    @Test("are told in a call in which everything happens, and those that are never told are not")
    func walk() async throws {
        let told = try await Self.call()
        for row in Self.rows {
            let names = PageRow.code(row.promise).filter { !Self.others.contains($0) }
            for name in names {
                #expect((told[name] != nil) == Self.events(row).contains(name), "\(row.testDescription): \(name)")
            }
        }
        #expect(Set(told.keys).subtracting(Self.rows.flatMap(Self.events)).isEmpty, "the page does not name them")
        for row in Self.fields { Self.check(row, told) }
    }

    /// Whether the events of a row have the keys that it names.
    private static func check(_ row: PageRow, _ told: [String: Set<String>]) {
        if row.promise.hasPrefix("none") || row.promise.hasPrefix("`directory` of the recorder") { return }
        guard let match = row.promise.prefixMatch(of: /((?:`\w+`(?:, )?)+) of (?:a )?`(\w+)`/) else {
            Issue.record("\(row.testDescription) names no event: \(row.promise)")
            return
        }
        let (names, event) = (Set(PageRow.code(String(match.output.1))), String(match.output.2))
        let known = event == "FrameObserver" ? frames : told[event] ?? []
        #expect(names.subtracting(known).isEmpty, "\(row.testDescription): \(event) has \(known.sorted())")
    }

    private static let fields = PageRow.rows(under: "What callbacks tell")
    /// What a `FrameObserver` gets.
    private static let frames = Set(
        [
            "\(PCMSound.self)", "\(YUVPicture.self)", "\(EncodedFrame.self)", "\(JPEGPicture.self)",
        ])

    @Test("are each named by a row, or there is nothing to tell")
    func completeness() {
        #expect(Self.rows.count > 15 && Self.fields.count > 15)
        for row in Self.rows {
            let isThere = !PageRow.code(row.promise).isEmpty || row.promise.hasPrefix("none")
            #expect(isThere, "\(row.testDescription) says nothing of programs in Swift")
        }
    }

    /// All events of a call by name, with the keys of each: users join and leave, their network fails and a token ends, and
    /// the disk refuses a file.
    private static func call() async throws -> [String: Set<String>] {
        try await withService { service in
            try await service.setParameter("che.media_recorder_recover_files", true)
            var settings = RecorderSettings()
            settings.infoIntervalMilliseconds = 1_000
            let recorder = try Recorder(service, settings: settings)
            let (diary, counter) = (Diary(), FrameCounter())
            try recorder.register(diary)
            try await recorder.setAudioVolumeIndicationParameters(milliseconds: 200)
            try await recorder.enableRecorderVideoFrameCapture(.encodedFrames, observer: counter)
            try await recorder.join("room", token: try TestToken.ending(inSeconds: 5))
            let directory = try #require(await recorder.directory)
            let first = try await service.join("room", uid: 7)
            let sending = Task { _ = try? await first.send(for: nil) }
            try await diary.heard("numbers") { if case .remoteVideoStats = $0 { true } else { false } }
            #expect(counter.count > 0)
            // As long as the loop stands still, nothing at all comes of its user.
            for publisher in first.publishers { publisher.loop.post { Thread.sleep(forTimeInterval: 11) } }
            try await diary.heard("the network is back") { if case .reconnected = $0 { true } else { false } }
            // What cannot be written any more is no reason to end.
            try FileManager.default.removeItem(atPath: directory)
            let second = try await service.join("room", uid: 8)
            let alsoSending = Task { _ = try? await second.send(for: nil) }
            try await diary.heard("an error") { if case .error = $0 { true } else { false } }
            try await diary.heard("a warning") { if case .warning = $0 { true } else { false } }
            for user in [first, second] { await user.stop() }
            for one in [sending, alsoSending] { await one.value }
            try await diary.heard("8 is gone") { if case .userLeft("8", _) = $0 { true } else { false } }
            _ = try await recorder.leave()
            try await diary.heard("the end") { if case .disconnected = $0 { true } else { false } }
            return diary.events.reduce(into: [:]) { told, event in
                let keys = measured(event).json.matches(of: /"(\w+)":/).map { String($0.output.1) }
                told[Self.name(event), default: []].formUnion(keys)
            }
        }
    }

    /// An event with the delays that a longer call would have: in a short one on loopback no round trip is measured.
    private static func measured(_ event: RecorderEvent) -> RecorderEvent {
        switch event {
        case .remoteVideoStats(var one):
            one.delay = one.delay ?? .zero
            return .remoteVideoStats(one)
        case .remoteAudioStats(var one):
            one.networkDelay = one.networkDelay ?? .zero
            return .remoteAudioStats(one)
        case .recordingStats(var all):
            all.lastMileDelay = all.lastMileDelay ?? .zero
            return .recordingStats(all)
        default: return event
        }
    }

    private static func name(_ event: RecorderEvent) -> String {
        event.json.firstMatch(of: /"event":"(\w+)"/).map { String($0.output.1) } ?? ""
    }
}
