public import Codecs

/// What a publisher of the test pattern sends.
public struct PatternSettings: Equatable, Sendable {
    /// Whose pattern it is; picks the colour and is readable in every picture.
    public var tag: UInt16
    /// Nothing to send sound only.
    public var videoCodec: Codec?
    /// As the largest encoding is coded.
    public var width = 640
    public var height = 480
    public var framesPerSecond = 30
    /// Of the largest encoding.
    public var bitsPerSecond = 1_000_000
    /// Pictures between keyframes that nobody asked for; nothing for two seconds' worth.
    public var keyframeInterval: Int?
    /// How many B-pictures follow each other; H.264 and H.265 only.
    public var reorderedPictureCount = 0
    /// How many pictures are sent side by side, each half as wide and high as the one before.
    public var encodingCount = 1
    public var audioCodec: Codec = .opus
    /// One or two; zero to send pictures only.
    public var channelCount = 1
    /// Whether silence is not sent (DTX); Opus only.
    public var hasPauses = false
    /// Noise that makes the encoder spend its rate, in steps of luma; see `PatternPainter`.
    public var noiseAmplitude: UInt8 = 0
    /// What changes meanwhile.
    public var script = PublishScript()

    public init(tag: UInt16, videoCodec: Codec? = .h264) {
        self.tag = tag
        self.videoCodec = videoCodec
    }

    /// The tracks that this makes.
    var tracks: [SourceTrack] {
        var tracks: [SourceTrack] = []
        if let videoCodec {
            var track = SourceTrack(codec: videoCodec, alternatives: others(than: videoCodec))
            (track.width, track.height) = (width, height)
            track.encodingCount = encodingCount
            track.saysRotation = script.rotation(at: .zero) != nil
            track.hasReorderedPictures = reorderedPictureCount > 0
            tracks.append(track)
        }
        if channelCount > 0 {
            tracks.append(
                SourceTrack(codec: audioCodec, alternatives: others(than: audioCodec), channelCount: channelCount))
        }
        return tracks
    }

    /// What the script names of the codec's kind, each once.
    private func others(than codec: Codec) -> [Codec] {
        script.codecs(codec.kind).reduce(into: []) { others, other in
            if other != codec, !others.contains(other) { others.append(other) }
        }
    }
}
