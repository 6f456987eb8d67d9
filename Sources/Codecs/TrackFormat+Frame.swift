extension TrackFormat {
    /// The format of the track that a frame begins: what its own bytes tell.
    ///
    /// Nothing for a picture that is no keyframe, or a keyframe without the parameter sets or the sequence
    /// header that its codec needs.
    public init?(startingWith frame: Frame) {
        switch frame.codec {
        case .h264: self.init(startingWithH264: frame)
        case .h265: self.init(startingWithH265: frame)
        case .vp8:
            guard let size = VP8.size(ofKeyframe: frame.bytes) else { return nil }
            self = .vp8(width: size.width, height: size.height)
        case .vp9:
            guard let format = VP9.format(ofKeyframe: frame.bytes) else { return nil }
            self = .vp9(format)
        case .av1:
            guard frame.isKeyframe, let header = AV1.sequenceHeader(in: frame.bytes) else { return nil }
            guard let parsed = try? AV1.SequenceHeader(parsing: header) else { return nil }
            self = .av1(width: parsed.width, height: parsed.height, sequenceHeader: header)
        case .opus:
            guard let channelCount = Opus.channelCount(of: frame.bytes) else { return nil }
            self = .opus(channelCount: channelCount, preSkip: Opus.usualPreSkip)
        // G.711 and G.722 have no container of ours, and AAC is never received.
        case .pcmu, .pcma, .g722, .aac, .mp3: return nil
        }
    }

    private init?(startingWithH264 frame: Frame) {
        let sets = H264.parameterSets(in: frame.bytes)
        guard frame.isKeyframe, let first = sets.sequence.first, !sets.picture.isEmpty else { return nil }
        guard let parsed = try? H264.SequenceParameterSet(parsing: first) else { return nil }
        self = .h264(
            width: parsed.width, height: parsed.height, sequenceParameterSets: sets.sequence,
            pictureParameterSets: sets.picture)
    }

    private init?(startingWithH265 frame: Frame) {
        let sets = H265.parameterSets(in: frame.bytes)
        guard frame.isKeyframe, sets.isComplete, let first = sets.sequence.first else { return nil }
        guard let parsed = try? H265.SequenceParameterSet(parsing: first) else { return nil }
        self = .h265(
            width: parsed.width, height: parsed.height, videoParameterSets: sets.video,
            sequenceParameterSets: sets.sequence, pictureParameterSets: sets.picture)
    }
}
