public import Codecs

/// What kind of file a user's media go to, and in what form sound does.
public struct FilePlan: Equatable, Sendable {
    public var container: Container
    /// Whether Opus goes to the file as it comes; otherwise sound is encoded as AAC.
    public var keepsOpus: Bool
    /// Why the container that was asked for is not the one that is used.
    public var refusal: ContainerRefusal?

    /// The plan for pictures of a codec, or for sound alone.
    ///
    /// A container that cannot hold the pictures gives way to one that can: nothing is lost for a choice made before
    /// anybody knew what would come. Where a container takes no AAC, Opus is kept.
    public init(video: Codec?, choice: ContainerChoice, keepsOpus: Bool) {
        precondition(video?.kind != .audio, "sound is no picture")
        let preferred = keepsOpus ? Codec.opus : .aac
        if let container = try? Container(video: video, audio: preferred, choice: choice) {
            self.init(container: container, keepsOpus: keepsOpus)
            return
        }
        do throws(ContainerRefusal) {
            self.init(container: try Container(video: video, audio: .opus, choice: choice), keepsOpus: true)
        } catch {
            self.init(video: video, choice: .auto, keepsOpus: keepsOpus)
            refusal = error
        }
    }

    /// The plan for sound in a file of its own, as scripts that were written for the legacy product read it.
    public static let legacySound = FilePlan(container: .aac, keepsOpus: false)

    private init(container: Container, keepsOpus: Bool) {
        self.container = container
        self.keepsOpus = keepsOpus
    }
}
