public import Codecs

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
        // Opus is what every container holds; AAC then takes its place where it may.
        let asked = try? Container(video: video, audio: .opus, choice: choice)
        container = asked ?? (try? Container(video: video, audio: .opus, choice: .auto)) ?? .mp4
        refused = asked == nil ? choice : nil
        self.keepsOpus = keepsOpus || container == .webm
    }
}
