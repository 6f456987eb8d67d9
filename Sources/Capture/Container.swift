public import Codecs

/// The kind of file that a take is.
public enum Container: String, Hashable, Sendable, CaseIterable {
    case mp4
    /// MP4 with sound only, under the name that players expect of it.
    case m4a
    case webm

    /// The container for what is to be recorded: H.264 goes to MP4, VP8 to WebM, sound alone to M4A.
    ///
    /// Nothing if there is nothing to hold, or if one cannot hold both: WebM takes no AAC.
    public init?(video: Codec?, audio: Codec?) {
        switch (video, audio) {
        case (.h264, .none), (.h264, .aac), (.h264, .opus): self = .mp4
        case (.vp8, .none), (.vp8, .opus): self = .webm
        case (.none, .aac), (.none, .opus): self = .m4a
        case (.some, _), (.none, _): return nil
        }
    }

    /// What its files' names end in, without the dot.
    public var fileExtension: String { rawValue }
}
