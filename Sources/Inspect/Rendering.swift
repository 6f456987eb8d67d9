import Foundation

extension DirectoryReport {
    /// The report for people.
    var text: String {
        var lines = ["\(path): \(isWhole ? "whole" : "not whole")"]
        lines += reasons.map { "  \($0)" }
        if let crash { lines += crash.lines }
        for file in files { lines += ["", file.text(showsStructure: false)] }
        if let recording { lines += recording.lines }
        if !otherFiles.isEmpty { lines += ["", "other files: " + otherFiles.joined(separator: ", ")] }
        return lines.joined(separator: "\n")
    }
}

extension FileReport {
    /// How many gaps are listed before the rest is only counted.
    private static let gapLimit = 10

    /// The report for people.
    func text(showsStructure: Bool) -> String {
        var lines = ["\(path): \(headline)"]
        lines.append(isWhole ? "whole: yes" : "whole: no")
        lines += reasons.map { "  \($0)" }
        for track in tracks {
            lines.append(track.text)
            lines += track.changes(limit: Self.gapLimit)
            for gap in track.gaps.prefix(Self.gapLimit) {
                lines.append("  held for \(gap.milliseconds) ms at \(seconds(gap.atMilliseconds))")
            }
            if track.gaps.count > Self.gapLimit { lines.append("  and \(track.gaps.count - Self.gapLimit) more") }
        }
        if let pattern { lines.append(pattern.text) }
        if showsStructure { lines += ["structure"] + Part.text(structure, indent: "  ") }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        var words = ["\(container.rawValue)", "\(byteCount) bytes", seconds(durationMilliseconds)]
        if form == .fragmented || fragmentCount > 0 { words.append("\(fragmentCount) fragments") }
        if let createdAt { words.append("made \(createdAt.formatted(.iso8601))") }
        return words.joined(separator: ", ")
    }
}

extension TrackReport {
    fileprivate var text: String {
        var words = ["track \(number): \(kind) \(codec)" + (codecString.map { " (\($0))" } ?? "")]
        if let width, let height { words.append("\(width)×\(height)") }
        if let pixelAspectRatio { words.append("pixels \(pixelAspectRatio)") }
        if let rotationDegrees, rotationDegrees != 0 { words.append("turned by \(rotationDegrees)°") }
        if let colour { words.append(colour.text) }
        if let channelCount, let sampleRate {
            words.append("\(sampleRate) Hz, \(channelCount) channel\(channelCount == 1 ? "" : "s")")
        }
        words.append("\(sampleCount) samples")
        if kind == "video" { words.append("\(keyframeCount) keyframes") }
        if isReordered { words.append("out of order") }
        if let sampleEntryCount, sampleEntryCount > 1 { words.append("\(sampleEntryCount) sample entries") }
        words.append("\(seconds(startMilliseconds)) to \(seconds(endMilliseconds))")
        words.append("\(bitsPerSecond / 1000) kb/s")
        words.append(gaps.isEmpty ? "no gaps" : "\(gaps.count) gap\(gaps.count == 1 ? "" : "s")")
        return words.joined(separator: ", ")
    }
}

extension TrackReport {
    /// One line for each change of format.
    fileprivate func changes(limit: Int) -> [String] {
        var lines = formatChanges.prefix(limit).map { change in
            "  \(change.width)×\(change.height) from \(seconds(change.atMilliseconds))"
        }
        if formatChanges.count > limit { lines.append("  and \(formatChanges.count - limit) more") }
        return lines
    }
}

extension TrackReport.Colour {
    /// The usual ones have names.
    fileprivate var text: String {
        let codes = [primaries, transfer, matrix]
        let names: [[Int]: String] = [[1, 1, 1]: "BT.709", [6, 6, 6]: "BT.601", [5, 6, 5]: "BT.601 (625)"]
        let name = names[codes] ?? "colour " + codes.map(String.init).joined(separator: "/")
        return isFullRange ? name + " full range" : name
    }
}

extension PatternReport {
    fileprivate var text: String {
        let offset = offsetP99Milliseconds.map { String(format: "%.1f ms", $0) } ?? "unknown"
        return "pattern: \(distinctFrameCount) of \(expectedFrameCount) pictures, \(repeatedFrameCount) repeated, "
            + "\(unreadableFrameCount) unreadable, sound and picture apart by \(offset) (p99 of \(offsetCount))"
    }
}

extension FileReport.Part {
    /// How many parts of one name that follow each other are listed, and how many of the last.
    private static let headCount = 3

    /// One line a part; long stretches of fragments are cut short.
    fileprivate static func text(_ parts: [FileReport.Part], indent: String) -> [String] {
        var lines: [String] = []
        var counts: [String: Int] = [:]
        let totals = parts.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
        var isCut = false
        for part in parts {
            counts[part.name, default: 0] += 1
            let (count, total) = (counts[part.name] ?? 0, totals[part.name] ?? 0)
            guard count <= headCount || count == total else {
                if !isCut { lines.append("\(indent)… \(total) \(part.name) in all") }
                isCut = true
                continue
            }
            lines.append("\(indent)\(part.name) at \(part.offset), \(part.byteCount) bytes")
            if let inner = part.parts { lines += text(inner, indent: indent + "  ") }
        }
        return lines
    }
}

/// Seconds with three decimals.
private func seconds(_ milliseconds: Int) -> String { String(format: "%.3f s", Double(milliseconds) / 1000) }
