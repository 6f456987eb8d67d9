public import Codecs

/// The kind of file that is asked for.
public enum ContainerChoice: String, Codable, Sendable, CaseIterable {
    /// The one that suits the pictures best.
    case auto
    case mp4
    case webm
}

/// What kind of file a user's media go to, and in what form sound does.
public struct FilePlan: Equatable, Sendable {
    public var container: Container
    /// Whether Opus goes to the file as it comes; otherwise sound is encoded as AAC.
    public var keepsOpus: Bool
    /// The container that was asked for, if it cannot hold these pictures.
    public var refused: ContainerChoice?

    /// The plan for pictures of a codec, or for sound alone.
    ///
    /// A container that cannot hold the pictures gives way to one that can: nothing is lost for a choice made before
    /// anybody knew what would come. WebM takes no AAC.
    public init(video: Codec?, choice: ContainerChoice, keepsOpus: Bool) {
        let able = Self.containers(for: video)
        let chosen = able.first { container in
            switch choice {
            case .auto: true
            case .mp4: container != .webm
            case .webm: container == .webm
            }
        }
        container = chosen ?? able[0]
        refused = chosen == nil ? choice : nil
        self.keepsOpus = keepsOpus || container == .webm
    }

    /// The containers that hold pictures of a codec, the best first.
    private static func containers(for video: Codec?) -> [Container] {
        switch video {
        case .none: [.m4a, .webm]
        case .h264, .h265: [.mp4]
        case .vp8: [.webm]
        case .vp9, .av1: [.mp4, .webm]
        case .opus, .pcmu, .pcma, .g722, .aac: preconditionFailure("sound is no picture")
        }
    }
}
