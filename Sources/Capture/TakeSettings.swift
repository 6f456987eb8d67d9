public import Codecs

/// What a take is to hold.
public struct TakeSettings: Equatable, Sendable {
    /// The codec of its pictures; nothing if it takes none.
    public let video: Codec?
    /// The format of its sound; nothing if it takes none.
    public let audio: TrackFormat?
    public let container: Container
    /// The wall clock when it began, for the file's own record.
    public let createdAtUnixMilliseconds: Int64

    /// The settings of a take; nothing if no container holds both, or there is nothing to hold.
    public init?(video: Codec?, audio: TrackFormat?, createdAtUnixMilliseconds: Int64) {
        guard let container = Container(video: video, audio: audio?.codec) else { return nil }
        self.video = video
        self.audio = audio
        self.container = container
        self.createdAtUnixMilliseconds = createdAtUnixMilliseconds
    }
}
