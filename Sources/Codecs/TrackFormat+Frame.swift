extension TrackFormat {
    /// The format of the track that a frame begins: what its own bytes tell.
    ///
    /// Nothing for a picture that is no keyframe, or an H.264 keyframe without parameter sets.
    public init?(startingWith frame: Frame) {
        switch frame.codec {
        case .h264:
            let sets = H264.parameterSets(in: frame.bytes)
            guard frame.isKeyframe, let first = sets.sequence.first, !sets.picture.isEmpty else { return nil }
            guard let parsed = try? H264.SequenceParameterSet(parsing: first) else { return nil }
            self = .h264(
                width: parsed.width, height: parsed.height, sequenceParameterSets: sets.sequence,
                pictureParameterSets: sets.picture)
        case .vp8:
            guard let size = VP8.size(ofKeyframe: frame.bytes) else { return nil }
            self = .vp8(width: size.width, height: size.height)
        case .opus:
            guard let channelCount = Opus.channelCount(of: frame.bytes) else { return nil }
            self = .opus(channelCount: channelCount, preSkip: Opus.usualPreSkip)
        case .h265, .vp9, .av1, .pcmu, .pcma, .g722, .aac:
            return nil
        }
    }
}
