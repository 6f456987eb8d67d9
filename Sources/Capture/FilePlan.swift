public import Codecs

/// What kind of file a user's media go to, and in what form sound does.
public struct FilePlan: Equatable, Sendable {
    public var container: Container
    public var sound: SoundForm
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
            self.init(container: container, sound: keepsOpus ? .opus : .aac)
            return
        }
        do throws(ContainerRefusal) {
            self.init(container: try Container(video: video, audio: .opus, choice: choice), sound: .opus)
        } catch {
            self.init(video: video, choice: .auto, keepsOpus: keepsOpus)
            refusal = error
        }
    }

    /// The plan for sound in a file of its own, as scripts that were written for the legacy product read it.
    public static let legacySound = FilePlan(container: .aac, sound: .aac)

    /// The plan for sound as MP3.
    public static func mp3(_ rate: MP3Rate) -> FilePlan { FilePlan(container: .mp3, sound: .mp3(rate)) }

    private init(container: Container, sound: SoundForm) {
        self.container = container
        self.sound = sound
    }
}
