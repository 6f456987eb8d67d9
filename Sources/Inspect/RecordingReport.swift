public import Capture
import Foundation

/// What a recording says of itself in its `recording.json`: for each file, what was lost, repaired and made up.
public struct RecordingReport: Codable, Equatable, Sendable {
    /// One file.
    public struct Take: Codable, Equatable, Sendable {
        public var file: String
        public var uid: String
        /// Why it was begun, if it was not the user's first: `codecswitch`, for one.
        public var cause: String?
        public var firstPictureMilliseconds: Int64?
        public var proof: TakeProof?
    }

    public var takes: [Take]

    /// Reads the document; nothing if it is none of ours.
    init?(parsing document: Data) {
        guard let report = try? JSONDecoder().decode(RecordingReport.self, from: document) else { return nil }
        self = report
    }
}

extension RecordingReport {
    /// How many of a list's entries are told before the rest is only counted.
    private static let entryLimit = 10

    /// The report for people.
    var lines: [String] { takes.flatMap { ["", Self.headline($0)] + ($0.proof.map(Self.lines) ?? []) } }

    private static func headline(_ take: Take) -> String {
        var words = ["\(take.file): user \(take.uid)"]
        if let cause = take.cause, cause != "first" { words.append("begun because of \(cause)") }
        if let delay = take.firstPictureMilliseconds { words.append("first picture after \(delay) ms") }
        return words.joined(separator: ", ")
    }

    private static func lines(_ proof: TakeProof) -> [String] {
        var lines: [String] = []
        let pictures = proof.pictures
        if pictures != PictureCounts() {
            lines.append(
                "  pictures: \(pictures.whole) whole, \(pictures.repaired) repaired, \(pictures.broken) broken, "
                    + "\(pictures.dropped) left out after loss, \(proof.earlyPictureCount) before the first keyframe")
        }
        lines.append("  packets: \(words(proof.picturePackets, "video")); \(words(proof.soundPackets, "audio"))")
        lines += list("loss", proof.losses) { loss in
            "\(seconds(loss.atMilliseconds)): \(words(loss.picturePackets, "video")); "
                + "\(words(loss.soundPackets, "audio")); \(loss.pictures.dropped) pictures left out"
        }
        for (name, spans) in [("held", proof.freezes), ("mute", proof.mutes), ("away", proof.absences)] {
            lines += list(name, spans, words)
        }
        lines += list("size", proof.sizes) { "\($0.width)×\($0.height) from \(seconds($0.atMilliseconds))" }
        lines += list("turned", proof.rotations.filter { proof.rotations.count > 1 || $0.degrees != 0 }) {
            "\($0.degrees)° from \(seconds($0.atMilliseconds))"
        }
        lines.append("  sound: " + soundWords(proof))
        if let rate = rates(proof) { lines.append(rate) }
        if let clock = proof.clock.flatMap(words) { lines.append("  clocks: " + clock) }
        return lines
    }

    private static func soundWords(_ proof: TakeProof) -> String {
        var words = "\(proof.concealedMilliseconds) ms concealed, \(proof.recoveredMilliseconds) ms recovered, "
        words += "\(proof.silentMilliseconds) ms of silence filled in"
        if let leftOut = proof.leftOutMilliseconds { words += ", \(leftOut) ms left out" }
        if let count = proof.malformedSoundPacketCount { words += ", \(count) packets could not be decoded" }
        return words
    }

    private static func list<Entry>(_ name: String, _ entries: [Entry], _ words: (Entry) -> String) -> [String] {
        guard !entries.isEmpty else { return [] }
        let more = entries.count - entryLimit
        return entries.prefix(entryLimit).map { "  \(name): \(words($0))" } + (more > 0 ? ["  and \(more) more"] : [])
    }

    private static func words(_ counts: PacketCounts, _ kind: String) -> String {
        "\(kind) \(counts.expected) expected, \(counts.lost) lost, \(counts.repaired) repaired"
    }

    private static func words(_ span: TakeProof.Span) -> String {
        var words = "for \(span.milliseconds) ms from \(seconds(span.atMilliseconds))"
        if let cause = span.cause { words += " (\(cause))" }
        if let count = span.count { words += ", \(count) times" }
        return words
    }

    private static func rates(_ proof: TakeProof) -> String? {
        let parts = [("video", proof.videoKilobitsPerSecond), ("audio", proof.audioKilobitsPerSecond)].compactMap {
            name, rates in
            rates.max().flatMap { most in most > 0 ? "\(name) \(rates.min() ?? 0) to \(most) kb/s" : nil }
        }
        return parts.isEmpty
            ? nil : "  rate over \(proof.intervalMilliseconds / 1000) s: " + parts.joined(separator: ", ")
    }

    private static func words(_ clock: TakeProof.Clock) -> String? {
        var words: [String] = []
        if let drift = clock.audioDriftPartsPerMillion { words.append("sound \(signed(drift)) ppm") }
        if let drift = clock.videoDriftPartsPerMillion { words.append("pictures \(signed(drift)) ppm") }
        if let offset = clock.offsetMilliseconds {
            let spread = clock.offsetP99Milliseconds.map { ", 99 % within \($0) ms" } ?? ""
            words.append("pictures \(signed(offset)) ms behind the sound\(spread)")
        }
        if clock.stepCount > 0 { words.append("set \(clock.stepCount) times") }
        if clock.refusedReportCount > 0 { words.append("\(clock.refusedReportCount) reports refused") }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    private static func signed(_ value: Double) -> String { String(format: "%+.1f", value) }

    private static func seconds(_ milliseconds: Int64) -> String {
        String(format: "%.3f s", Double(milliseconds) / 1000)
    }
}
