public import Capture

/// Which media of users are recorded.
public enum MediaChoice: String, CaseIterable, Codable, Sendable {
    case both
    case audio
    case video
}

/// When files are begun.
public enum Trigger: String, CaseIterable, Codable, Sendable {
    /// As soon as there is something to record.
    case automatic
    /// When the recording is resumed for the first time; it begins paused.
    case manual
}

/// What a pause is in the files.
public enum OnPause: String, CaseIterable, Codable, Sendable {
    /// Nothing: what comes after it follows at once on what came before.
    case cut
    /// Silence and a picture that stands still, as long as the pause was.
    case hold
}

/// What becomes of a recording that is as long as it may be.
public enum AtMaximum: String, CaseIterable, Codable, Sendable {
    /// It goes on in new files.
    case rollOver
    case stop
}

/// Who and what is recorded, and for how long: what may be told to a recording besides what its files are like.
public struct RecordingControl: Codable, Equatable, Sendable {
    /// Files are cut at least so far apart.
    public static let shortestChunk = 10
    public static let smallestChunk = 64 << 10
    public static let biggestChunk = 1 << 40

    public var media = MediaChoice.both
    public var trigger = Trigger.automatic
    public var onPause = OnPause.cut
    /// Whose sound is recorded.
    public var audioUsers = UserSelection.everybody
    /// Whose pictures are recorded.
    public var videoUsers = UserSelection.everybody
    /// Which of a simulcast's encodings is recorded of users who are treated otherwise than all others, by their uid.
    public var streamTypes: [String: LayerChoice]?
    /// After how many seconds another file is begun; nothing if length is no reason.
    public var chunkSeconds: Int?
    /// After how many bytes another file is begun; nothing if size is no reason.
    public var chunkBytes: Int?
    /// How long the recording may be; nothing if it may be any length.
    public var maximumSeconds: Int?
    public var atMaximum = AtMaximum.rollOver
    /// What files are called, see `NameTemplate`; nothing for the names that scripts know.
    public var names: String?

    public init() {}
}

extension RecordingControl {

    /// What files are called; nothing for the names that scripts know.
    var nameTemplate: NameTemplate? { names.flatMap { try? NameTemplate($0) } }

    /// Which field cannot be honoured, and why; nothing if all can.
    var fault: (field: String, why: String)? {
        if let why = audioUsers.fault { return ("audioUsers", why) }
        if let why = videoUsers.fault { return ("videoUsers", why) }
        if let count = streamTypes?.count, count > UserSelection.longestList {
            return ("streamTypes", "streamTypes names up to \(UserSelection.longestList) users, not \(count)")
        }
        if let seconds = chunkSeconds, !(Self.shortestChunk...86_400).contains(seconds) {
            return ("chunkSeconds", "chunkSeconds lies between \(Self.shortestChunk) and 86400, not \(seconds)")
        }
        if let bytes = chunkBytes, !(Self.smallestChunk...Self.biggestChunk).contains(bytes) {
            return (
                "chunkBytes", "chunkBytes lies between \(Self.smallestChunk) and \(Self.biggestChunk), not \(bytes)"
            )
        }
        if let seconds = maximumSeconds, !(1...RecordingRequest.longestSeconds).contains(seconds) {
            return (
                "maximumSeconds", "maximumSeconds lies between 1 and \(RecordingRequest.longestSeconds), not \(seconds)"
            )
        }
        do throws(NameTemplateError) {
            if let names { _ = try NameTemplate(names) }
        } catch {
            return ("names", error.description)
        }
        return nil
    }
}
