public import Codecs

/// The kind of file that a take is.
public enum Container: String, Hashable, Sendable, CaseIterable {
    case mp4
    /// MP4 with sound only, under the name that players expect of it.
    case m4a
    case webm
    /// Nothing but AAC packets with a header each, as the legacy product's scripts expect sound.
    case aac
    /// Nothing but MP3 frames, the first of which says how long the sound is.
    case mp3
    /// A transport stream, which needs neither an index nor an end.
    case ts

    /// The container for what is to be recorded, by a choice of the one who records.
    ///
    /// `auto` is MP4, but WebM for VP8, and M4A for sound alone. `audio` is what the sound is in the file.
    public init(video: Codec?, audio: Codec?, choice: ContainerChoice) throws(ContainerRefusal) {
        if let video, video.kind != .video { throw .unknown(video) }
        if let audio, ![.aac, .opus].contains(audio) { throw .unknown(audio) }
        switch (choice, video, audio) {
        case (_, nil, nil): throw .nothing
        case (.ts, let video?, _) where ![.h264, .h265].contains(video):
            throw ContainerRefusal(
                option: "--container", reason: "a transport stream cannot hold \(video.name)",
                remedy: "choose --container auto")
        case (.ts, _, .opus):
            throw ContainerRefusal(
                option: "--audio", reason: "a transport stream cannot hold Opus", remedy: "choose --audio aac")
        case (.ts, _, _): self = .ts
        case (.webm, let video?, _) where ![.vp8, .vp9, .av1].contains(video):
            throw ContainerRefusal(
                option: "--container", reason: "WebM cannot hold \(video.name)",
                remedy: "choose --container mp4 or auto")
        case (.webm, _, .aac):
            throw ContainerRefusal(
                option: "--container", reason: "WebM cannot hold AAC",
                remedy: "choose --audio opus, or --container mp4")
        case (.auto, .vp8, .aac):
            throw ContainerRefusal(
                option: "--audio", reason: "VP8 goes to WebM, which cannot hold AAC",
                remedy: "choose --audio opus, or --container mp4")
        case (.webm, _, _), (.auto, .vp8, _): self = .webm
        case (_, nil, _): self = .m4a
        case (_, .some, _): self = .mp4
        }
    }

    /// The container for what is to be recorded if nobody chose one; nothing if none can hold both.
    public init?(video: Codec?, audio: Codec?) {
        guard let container = try? Container(video: video, audio: audio, choice: .auto) else { return nil }
        self = container
    }

    /// What its files' names end in, without the dot.
    public var fileExtension: String { rawValue }
}

/// Which container the one who records asks for (`--container`).
public enum ContainerChoice: String, Codable, Hashable, Sendable, CaseIterable {
    /// What suits the codec.
    case auto
    case mp4
    case webm
    /// A transport stream, of H.264 or H.265 with AAC.
    case ts
}

/// Why no file can hold what is to be recorded in the way that was asked for.
public struct ContainerRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// The option that does not fit the rest.
    public var option: String
    public var reason: String
    /// What to ask for instead.
    public var remedy: String

    /// Reason and remedy in one line.
    public var description: String { "\(reason); \(remedy)" }

    fileprivate static let nothing = ContainerRefusal(
        option: "--streamType", reason: "there is neither sound nor picture to record", remedy: "leave one of them in")

    fileprivate static func unknown(_ codec: Codec) -> ContainerRefusal {
        ContainerRefusal(
            option: "--audio", reason: "no file of ours holds \(codec.name) as it is",
            remedy: "choose --audio aac or opus")
    }
}

extension Codec {
    /// What people call it.
    fileprivate var name: String {
        switch self {
        case .h264: "H.264"
        case .h265: "H.265"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .opus: "Opus"
        case .pcmu, .pcma: "G.711"
        case .g722: "G.722"
        case .aac: "AAC"
        case .mp3: "MP3"
        }
    }
}
