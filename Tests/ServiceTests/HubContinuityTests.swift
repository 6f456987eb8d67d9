import AV
import Capture
import Codecs
import DTLS
import EventLoop
import Foundation
import Link
import Testing

@testable import Publish
@testable import Service

/// What happens in calls, over real sockets, and what becomes of the files.
@Suite("Recording through all that happens in a call")
struct HubContinuityTests {
    /// The recording of a user who did what a script says.
    private static func record(
        _ script: String, for duration: Duration, over conditions: LinkConditions? = nil,
        files: (inout FileChoices) -> Void = { _ in }, pattern change: (inout PatternSettings) -> Void = { _ in },
        _ check: (RecordingDocument) throws -> Void
    ) async throws {
        var settings = PatternSettings(tag: 7)
        (settings.width, settings.height, settings.bitsPerSecond) = (320, 240, 300_000)
        settings.script = try PublishScript(parsing: script)
        change(&settings)
        let pattern = settings
        try await withHub({ files(&$0.files) }) { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let publisher = try Publisher(
                source: try ThreadedSource(pattern: pattern), signaller: HubSignaller(hub, channel: "room", uid: "7"),
                certificate: try Certificate(), conditions: conditions, script: pattern.script, hasCopies: false,
                seed: 5, on: try EventLoop(name: "continuity"))
            try await publisher.connect()
            try await publisher.send(for: duration)
            let document = try await hub.stopAndFinish(id)
            #expect(document.takes.allSatisfy { $0.state == .closed })
            try check(document)
        }
    }

    private static func measure(_ document: RecordingDocument, _ number: Int = 0) throws -> PatternMeasurement {
        try PatternMeasurement(of: document.directory + "/" + document.takes[number].file)
    }

    private static func index(of document: RecordingDocument) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: document.directory)
        return try names.filter { $0.hasPrefix("uid_") }.sorted().map {
            try String(contentsOfFile: document.directory + "/" + $0, encoding: .utf8)
        }.joined()
    }

    @Test("who leaves and is back within 15 s goes on in one file, as long as both visits and what lies between")
    func returning() async throws {
        try await Self.record("leave=0.7-1.5", for: .seconds(2.4)) { document in
            #expect(document.takes.count == 1)
            let take = try #require(document.takes.first)
            #expect(document.users.count == 2)
            let (first, last) = (document.users[0].joinedAtMilliseconds, document.users[1].leftAtMilliseconds ?? 0)
            // From the first frame, which waits for a handshake, to the end.
            #expect(take.durationMilliseconds <= last - first + 50)
            #expect(take.durationMilliseconds >= 2_300)
            let measured = try Self.measure(document)
            #expect(measured.undecodableCount == 0 && measured.damage == nil)
            #expect(abs(measured.duration / .milliseconds(1) - Double(take.durationMilliseconds)) < 50)
            let proof = try #require(take.proof)
            #expect(proof.absences.count == 1)
            // The next visit begins no earlier than it was told to, however late this one's end was noticed.
            #expect(proof.absences[0].milliseconds > 0)
            #expect(proof.absences[0].atMilliseconds + proof.absences[0].milliseconds >= 1_300)
            let index = try Self.index(of: document)
            for line in [" create \n", " leave \n", " return \n", " close \n"] { #expect(index.contains(line)) }
        }
    }

    @Test("another codec begins another file, which the index, the log and the story mark")
    func codecSwitch() async throws {
        try await Self.record("codec=vp8@1.0", for: .seconds(2)) { document in
            #expect(document.takes.map { $0.video?.codec } == ["h264", "vp8"])
            #expect(document.takes.map(\.cause) == [.first, .codecswitch])
            for number in 0...1 {
                let measured = try Self.measure(document, number)
                #expect(measured.undecodableCount == 0 && measured.damage == nil)
                #expect((measured.video?.seen.count ?? 0) >= 20)
            }
            let (first, second) = (document.takes[0], document.takes[1])
            let end = first.startedAtMilliseconds + first.durationMilliseconds
            // Either time is rounded down to a millisecond.
            #expect((-1...1_000).contains(end - second.startedAtMilliseconds))
            #expect(try Self.index(of: document).contains("\(second.file) create codecswitch \n"))
            let log = try String(contentsOfFile: document.directory + "/recording_sys.log", encoding: .utf8)
            #expect(log.contains("codecswitch of user 7: h264 to vp8"))
            #expect(document.events.contains { $0.type == "codecswitch" && $0.uid == "7" })
        }
    }

    @Test("a turned camera, another size and a new stream go on in one file, which the story tells")
    func changes() async throws {
        try await Self.record("rotate=90@0.5,resize=640x480@1.0,new-ssrc=video@1.5", for: .seconds(2.2)) { document in
            #expect(document.takes.count == 1)
            let measured = try Self.measure(document)
            #expect(measured.undecodableCount == 0 && measured.damage == nil)
            let proof = try #require(document.takes.first?.proof)
            #expect(proof.rotations.map(\.degrees) == [0, 90])
            #expect(proof.sizes.map(\.width) == [320, 640])
            #expect(proof.pictures.broken == 0)
            let index = try Self.index(of: document)
            #expect(index.contains(" rotate rotation=90 \n"))
            #expect(index.contains(" resize width=640 height=480 \n"))
        }
    }

    @Test("one encoding of a simulcast is recorded, as it was asked for", arguments: [LayerChoice.high, .low])
    func simulcast(choice: LayerChoice) async throws {
        try await Self.record(
            "rotate=0@0", for: .seconds(2), files: { $0.streamType = choice },
            pattern: { ($0.width, $0.height, $0.encodingCount) = (640, 480, 2) }
        ) { document in
            #expect(document.takes.count == 1)
            let proof = try #require(document.takes.first?.proof)
            #expect(proof.sizes.last?.width == (choice == .high ? 640 : 320))
            let measured = try Self.measure(document)
            #expect(measured.undecodableCount == 0 && measured.damage == nil)
        }
    }

    @Test("after loss the last clean picture is held, or what came is kept", arguments: OnLoss.allCases)
    func onLoss(choice: OnLoss) async throws {
        let conditions = LinkConditions(loss: 0.3, delay: .milliseconds(20))
        try await Self.record("rotate=0@0", for: .seconds(3), over: conditions, files: { $0.onLoss = choice }) {
            document in
            #expect(document.takes.count == 1)
            let proof = try #require(document.takes.first?.proof)
            #expect(proof.pictures.repaired > 0)
            #expect(proof.picturePackets.repaired > 0)
            #expect(proof.picturePackets.expected >= proof.picturePackets.repaired)
            #expect(!proof.losses.isEmpty)
            switch choice {
            case .hold:
                #expect(proof.pictures.broken == 0)
                #expect(try Self.measure(document).undecodableCount == 0)
            case .keep: #expect(proof.pictures.dropped == 0)
            }
        }
    }
}
