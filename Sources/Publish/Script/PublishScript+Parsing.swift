import Codecs

/// An event that a script cannot contain: which one, why, and what to write instead.
public struct ScriptError: Error, Equatable, CustomStringConvertible {
    /// As it was written.
    public var event: String
    public var problem: String
    public var remedy: String

    /// One sentence for whoever wrote it.
    public var description: String { "script event '\(event)': \(problem); \(remedy)" }
}

extension PublishScript {
    /// Every event there is, with an example, for whoever writes one.
    public static let grammar =
        "rotate=90@5, resize=320x240@10, codec=vp8@20, new-ssrc=video@25, mute-video=12-15, mute-audio=12-15, "
        + "pause=0@30-35, leave=40-45"

    /// Reads a script: events with commas between them, each with the seconds since media began.
    public init(parsing text: String) throws {
        var events: [Event] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            events.append(try EventParser(part).event())
        }
        self.init(events)
        try refuseOverlaps()
    }

    /// One cannot leave twice before coming back.
    private func refuseOverlaps() throws {
        var back = Duration.zero
        for event in events where event.action == .leave {
            guard event.start >= back else {
                throw ScriptError(
                    event: "leave", problem: "two of them overlap", remedy: "let each begin after the one before")
            }
            back = event.end ?? event.start
        }
    }
}

/// Reads one event.
private struct EventParser {
    private let text: String
    private let name: Substring
    private let value: Substring

    /// No script is meant to last longer than ten days.
    private static let longest = 1_000_000.0

    init(_ text: Substring) throws {
        let trimmed = text.drop { $0 == " " }
        self.text = String(trimmed)
        let parts = trimmed.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        name = parts[0]
        value = parts.count == 2 ? parts[1] : ""
    }

    func event() throws -> PublishScript.Event {
        switch name {
        case "rotate":
            let (what, time) = try change("rotate=90@5")
            guard let rotation = Int(what).flatMap(Rotation.init) else {
                throw error("'\(what)' is no quarter turn", "write 0, 90, 180 or 270, as in rotate=90@5")
            }
            return PublishScript.Event(.rotate(rotation), from: time)
        case "resize":
            let (what, time) = try change("resize=320x240@10")
            do { return PublishScript.Event(.resize(try PictureSize(parsing: what)), from: time) } catch {
                throw self.error(error.problem, error.remedy)
            }
        case "codec":
            let (what, time) = try change("codec=vp8@20")
            guard let codec = Codec(rawValue: what.lowercased()), codec.isCarried else {
                throw error("calls carry no '\(what)'", "write one of \(Codec.sendable)")
            }
            return PublishScript.Event(.switchCodec(codec), from: time)
        case "new-ssrc":
            let (what, time) = try change("new-ssrc=video@25")
            guard let kind = MediaKind(rawValue: String(what)) else {
                throw error("there is no track '\(what)'", "write audio or video, as in new-ssrc=video@25")
            }
            return PublishScript.Event(.renewStream(kind), from: time)
        case "mute-video": return try span(.mute(.video), value, "mute-video=12-15")
        case "mute-audio": return try span(.mute(.audio), value, "mute-audio=12-15")
        case "leave": return try span(.leave, value, "leave=40-45")
        case "pause": return try pause()
        default: throw error("nothing is called '\(name)'", "write one of \(PublishScript.grammar)")
        }
    }

    private func pause() throws -> PublishScript.Event {
        let example = "pause=0@30-35"
        let parts = value.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let encoding = Int(parts[0]), encoding >= 0 else {
            throw error("it does not say which encoding", "count them from 0, as in \(example)")
        }
        return try span(.pause(encoding: encoding), parts[1], example)
    }

    /// `WHAT@SECONDS`.
    private func change(_ example: String) throws -> (what: String, time: Duration) {
        let parts = value.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw error("it does not say what and when", "write it as \(example)") }
        return (String(parts[0]), try time(parts[1], example))
    }

    /// `FROM-TO`.
    private func span(_ action: PublishScript.Action, _ text: Substring, _ example: String) throws
        -> PublishScript.Event
    {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw error("it does not say from when to when", "write it as \(example)") }
        let (start, end) = (try time(parts[0], example), try time(parts[1], example))
        guard start < end else { throw error("it ends before it begins", "write the earlier time first") }
        return PublishScript.Event(action, from: start, to: end)
    }

    private func time(_ text: Substring, _ example: String) throws -> Duration {
        guard let seconds = Double(text), (0...Self.longest).contains(seconds) else {
            throw error("'\(text)' is no number of seconds", "write it as \(example)")
        }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private func error(_ problem: String, _ remedy: String) -> ScriptError {
        ScriptError(event: text, problem: problem, remedy: remedy)
    }
}

extension Codec {
    /// What calls carry, for messages.
    static var sendable: String { allCases.filter(\.isCarried).map(\.rawValue).joined(separator: ", ") }
}
