import API
import AV
import Codecs
import CommandLineOptions
import Foundation
import Publish
import Service

/// `lathe demo`: serve, two publishers and a recording in one go, and a look at what came out.
enum DemoCommand: Command {
    static let name = "demo"
    static let summary = "records two test users and proves that the files play, frame by frame"
    static let usage = "demo [--seconds S] [OPTION…]"
    static let options = [
        OptionDescription("seconds", "S", "how long to record (10)"),
        OptionDescription("record-root", "DIR", "where the recording goes (recordings)"),
        OptionDescription("http", "HOST:PORT", "where HTTP listens (127.0.0.1:0, any free port)"),
        OptionDescription("udp-ports", "LOW-HIGH", "where media arrives (41000-41015)"),
    ]

    private static let channel = "demo"

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let seconds: Double = try arguments.number("seconds", in: 2...600) ?? 10
        var options = ServiceOptions()
        try options.set("http", to: "127.0.0.1:0")
        try options.set("udp-ports", to: "41000-41015")
        for option in arguments.options where option.name != "seconds" {
            try options.set(option.name, to: option.value)
        }
        let server = try await RunningServer(try options.validated())
        say("serving at \(server.url), recording two users for \(Int(seconds)) s …")
        let recording = try await server.hub.startRecording(RecordingRequest(channel: channel))
        let sent = try await publish(to: server.url, for: .seconds(seconds))
        let document = try await finish(recording.id, on: server.hub)
        await server.stop(signal: SIGTERM)
        return report(document, sent: sent, seconds: seconds)
    }

    /// Sends the pattern twice at once, as H.264 and as VP8; returns how many pictures each user sent.
    private static func publish(to url: String, for duration: Duration) async throws -> [String: Int] {
        guard let url = URL(string: url) else { throw OptionError("the server's address \(url) is no URL") }
        return try await withThrowingTaskGroup(of: (String, Int).self) { group in
            for (uid, codec) in [(UInt32(1), Codec.h264), (2, .vp8)] {
                group.addTask {
                    let fleet = try PublisherFleet(
                        PublishOrder(
                            server: .whip(url), channel: channel, uid: uid, media: .pattern, codec: codec, count: 1,
                            duration: duration, conditions: nil, seed: 1))
                    try await fleet.connect()
                    return ("\(uid)", try await fleet.send(for: duration)[0].videoFrameCount)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func finish(_ id: String, on hub: Hub) async throws -> RecordingDocument {
        var document = try await hub.stopRecording(id)
        while document.state != .finished {
            try await Task.sleep(for: .milliseconds(20))
            document = try await hub.recording(id)
        }
        return document
    }

    private static func report(_ document: RecordingDocument, sent: [String: Int], seconds: Double) -> Int32 {
        var rows = [["file", "codec", "size", "duration", "frames", "A/V offset p99", ""]]
        var faults: [String] = []
        for take in document.takes {
            let check = DemoCheck(take, in: document.directory, sent: sent[take.uid] ?? 0, seconds: seconds)
            rows.append(check.row)
            faults += check.faults.map { "\(take.file): \($0)" }
        }
        if document.takes.count != 2 { faults.append("\(document.takes.count) files were cut instead of 2") }
        say(table(rows))
        say("in \(document.directory)")
        for fault in faults { complain("not right: \(fault)") }
        say(faults.isEmpty ? "Every file plays; sound and picture agree." : "\(faults.count) things are off.")
        return faults.isEmpty ? 0 : 1
    }

    /// Columns as wide as their widest cell.
    private static func table(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// What the demo expects of one file, and what it found.
private struct DemoCheck {
    private(set) var row: [String]
    private(set) var faults: [String] = []

    init(_ take: RecordingDocument.Take, in directory: String, sent: Int, seconds: Double) {
        row = [take.file, "", "\(take.byteCount / 1000) kB", "", "", "", "wrong"]
        do {
            let found = try PatternMeasurement(of: directory + "/" + take.file)
            check(found, sent: sent, seconds: seconds)
            row[1] = [found.video?.codecName, found.audio?.codecName].compactMap(\.self).joined(separator: " + ")
            row[3] = String(format: "%.3f s", found.duration / .seconds(1))
            row[4] = "\(found.video?.seen.count ?? 0) of \(sent)"
            row[5] = found.offsetSpread.map { String(format: "%.1f ms", $0.p99 / .milliseconds(1)) } ?? "none"
        } catch {
            faults.append("\(error)")
        }
        row[6] = faults.isEmpty ? "ok" : "wrong"
    }

    private mutating func check(_ found: PatternMeasurement, sent: Int, seconds: Double) {
        guard let video = found.video, found.audio != nil else {
            faults.append("it lacks sound or picture")
            return
        }
        if found.undecodableCount > 0 { faults.append("\(found.undecodableCount) packets cannot be decoded") }
        if video.seen.count * 100 < sent * 99 { faults.append("\(video.seen.count) of \(sent) pictures are there") }
        if video.missingCount + video.disorderedCount + video.unreadableCount > sent / 100 {
            faults.append(
                "\(video.missingCount) pictures are missing, \(video.disorderedCount) out of order, "
                    + "\(video.unreadableCount) unreadable")
        }
        if abs(found.duration / .seconds(1) - seconds) > 0.25 { faults.append("it is not \(seconds) s long") }
        guard let spread = found.offsetSpread, spread.p99 <= .milliseconds(40) else {
            faults.append("sound and picture do not agree")
            return
        }
    }
}
