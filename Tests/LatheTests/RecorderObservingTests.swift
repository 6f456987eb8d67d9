import Foundation
import Inspect
import Pattern
import Publish
import Synchronization
import Testing

@testable import Lathe

/// Keeps what it gets.
private final class Keeper: FrameObserver {
    struct Kept {
        var frames: [EncodedFrame] = []
        var pictures: [YUVPicture] = []
        var jpegs: [JPEGPicture] = []
        var sounds: [PCMSound] = []
    }

    private let state = Mutex(Kept())
    private let isOpen: Atomic<Bool>

    /// A keeper that blocks in its first call until it is let go, if it is not open.
    init(isOpen: Bool = true) { self.isOpen = Atomic(isOpen) }

    var kept: Kept { state.withLock { $0 } }
    func open() { isOpen.store(true, ordering: .releasing) }

    private func keep(_ body: (inout Kept) -> Void) {
        while !isOpen.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.01) }
        state.withLock { body(&$0) }
    }

    func received(_ frame: EncodedFrame) { keep { $0.frames.append(frame) } }
    func captured(_ picture: YUVPicture) { keep { $0.pictures.append(picture) } }
    func captured(_ picture: JPEGPicture) { keep { $0.jpegs.append(picture) } }
    func captured(_ sound: PCMSound) { keep { $0.sounds.append(sound) } }
}

@Suite("Observers of media")
struct RecorderObservingTests {
    /// Calls `body` before a user sends for some seconds; returns what the user sent, and the directory.
    private static func call(
        seconds: Int, _ body: (Recorder) async throws -> Void
    ) async throws -> (sent: PublishReport, whole: FileReport?, events: [RecorderEvent], dropped: Int) {
        try await withService { service in
            let recorder = try Recorder(service)
            let stream = recorder.events()
            try await body(recorder)
            try await recorder.join("room")
            let user = try await service.join("room", uid: 7)
            let sent = try await user.send(for: .seconds(seconds))
            let departure = try await recorder.leave()
            var (events, file) = ([RecorderEvent](), "")
            for await event in stream {
                events.append(event)
                if case .recorderStateChanged("7", .start, _, let name) = event { file = name }
                if case .disconnected = event { break }
            }
            let report = try? FileReport(ofFile: departure.directory + "/" + file)
            return (sent[0], report, events, await recorder.droppedFrameCount)
        }
    }

    @Test("get every picture as it was sent, and sound decoded")
    func encodedAndSound() async throws {
        let (pictures, sounds) = (Keeper(), Keeper())
        let call = try await Self.call(seconds: 2) { recorder in
            try await recorder.enableRecorderVideoFrameCapture(.encodedFrames, observer: pictures)
            try await recorder.enableAudioFrameCapture(sampleRate: 16_000, observer: sounds)
            try await recorder.setAudioVolumeIndicationParameters(milliseconds: 300)
        }
        try await eventually("all frames came") {
            pictures.kept.frames.count == call.sent.videoFrameCount && sounds.kept.sounds.count >= 90 ? true : nil
        }
        let frames = pictures.kept.frames
        #expect(frames.first?.isKeyframe == true && frames.allSatisfy { $0.codec == "h264" && $0.uid == "7" })
        #expect(frames.map(\.time) == frames.map(\.time).sorted())
        let samples = sounds.kept.sounds.flatMap(\.samples)
        #expect(sounds.kept.sounds.allSatisfy { $0.sampleRate == 16_000 })
        #expect(abs(samples.count - sounds.kept.sounds.count * 320) < 320)
        // The pattern beeps once a second.
        #expect(samples.contains { abs(Int($0)) > 1_000 })
        #expect(call.events.contains(.activeSpeaker(uid: "7")))
        #expect(call.dropped == 0)
    }

    @Test("get pictures decoded: what the pattern painted")
    func decoded() async throws {
        let keeper = Keeper()
        let call = try await Self.call(seconds: 2) {
            try await $0.enableRecorderVideoFrameCapture(.pictures, observer: keeper)
        }
        try await eventually("all pictures came") {
            keeper.kept.pictures.count == call.sent.videoFrameCount ? true : nil
        }
        let reader = PatternReader(width: 320, height: 240)
        let marks = keeper.kept.pictures.compactMap { picture in
            reader.read(picture.y.span, stride: picture.width).mark?.number
        }
        #expect(marks.count == call.sent.videoFrameCount)
        #expect(zip(marks, marks.dropFirst()).allSatisfy { $0 + 1 == $1 })
    }

    @Test("get a JPEG so often, and its file")
    func jpegs() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let keeper = Keeper()
        _ = try await Self.call(seconds: 3) {
            try await $0.enableRecorderVideoFrameCapture(
                .jpegFiles(directory: directory, every: .seconds(1)), observer: keeper)
        }
        try await eventually("three pictures came") { keeper.kept.jpegs.count == 3 ? true : nil }
        for jpeg in keeper.kept.jpegs {
            #expect((jpeg.width, jpeg.height) == (320, 240))
            let path = try #require(jpeg.file)
            #expect(try [UInt8](Data(contentsOf: URL(filePath: path))) == jpeg.bytes)
        }
    }

    @Test("delay no file, however long they block: frames are left out for them, and counted")
    func blocked() async throws {
        let keeper = Keeper(isOpen: false)
        let call = try await Self.call(seconds: 3) { recorder in
            try await recorder.enableRecorderVideoFrameCapture(.encodedFrames, observer: keeper)
        }
        let report = try #require(call.whole)
        #expect(report.isWhole, "\(report.reasons)")
        #expect(report.tracks.first { $0.kind == "video" }?.sampleCount == call.sent.videoFrameCount)
        #expect(keeper.kept.frames.isEmpty)
        keeper.open()
        try await eventually("the rest was handed out") {
            keeper.kept.frames.count + call.dropped == call.sent.videoFrameCount ? true : nil
        }
    }

    @Test("are refused what cannot be done, by name")
    func refusals() async throws {
        let recorder = try Recorder(try LatheService())
        let keeper = Keeper()
        let often = await #expect(throws: RecorderError.self) {
            try await recorder.enableRecorderVideoFrameCapture(.jpegs(every: .milliseconds(999)), observer: keeper)
        }
        #expect(often?.field == "every")
        let nowhere = await #expect(throws: RecorderError.self) {
            try await recorder.enableRecorderVideoFrameCapture(
                .jpegFiles(directory: "/nowhere", every: .seconds(5)), observer: keeper)
        }
        #expect(nowhere?.field == "directory")
        let rate = await #expect(throws: RecorderError.self) {
            try await recorder.enableAudioFrameCapture(sampleRate: 44_100, observer: keeper)
        }
        #expect(rate?.field == "sampleRate")
    }
}
