import Codecs

/// Tells which H.264 pictures refer to one that is missing, by the numbers of those that came.
///
/// `frame_num` counts the pictures that others refer to (ITU-T H.264 §7.4.3): where it goes on without a gap, only
/// disposable pictures were lost. Which of its references a picture uses is known to decoders alone: behind a gap, all
/// are broken until the next keyframe.
struct H264ReferenceTracker: Sendable {
    /// What a picture's first slice tells.
    struct Picture {
        /// Whether others refer to it.
        var isReference: Bool
        var isRefresh: Bool
        /// Nothing if its slices could not be read.
        var frameNumber: Int?
    }

    /// With more packets missing, a keyframe may have gone by and the numbers have begun anew.
    static let believedLoss = 32

    private var sequence: H264.SequenceParameterSet?
    private var sequenceBytes: [UInt8] = []
    private var isClean = false
    private var lastFrameNumber: Int?

    /// Takes the parameter set by which the pictures after it are read.
    mutating func receiveSequenceParameterSet(_ unit: ArraySlice<UInt8>) {
        guard sequenceBytes[...] != unit else { return }
        sequenceBytes = Array(unit)
        sequence = try? H264.SequenceParameterSet(parsing: sequenceBytes)
    }

    /// What a slice says of its picture; `payload` lies behind the NAL unit's header.
    func picture(ofSlice header: UInt8, payload: Span<UInt8>) -> Picture {
        let head = sequence.flatMap { try? H264.SliceHeader(parsing: payload, of: $0) }
        return Picture(
            isReference: H264.referenceImportance(header: header) > 0,
            isRefresh: H264.NALUnitType(header: header) == .idrSlice, frameNumber: head?.frameNumber)
    }

    /// Counts a picture that came whole, and says whether it is broken; `lostCount` packets are missing before it.
    mutating func receive(_ picture: Picture?, isKeyframe: Bool, lostCount: Int) -> Bool {
        guard !isKeyframe else {
            isClean = true
            lastFrameNumber = picture?.frameNumber
            return false
        }
        guard let picture, !picture.isRefresh else {
            // An IDR picture that is no keyframe lacks its parameter sets.
            isClean = false
            return true
        }
        if lostCount > 0, isClean { isClean = lostCount <= Self.believedLoss && follows(picture) }
        if isClean, picture.isReference { lastFrameNumber = picture.frameNumber }
        return !isClean
    }

    /// Counts a picture of which a part is missing.
    mutating func drop(_ picture: Picture?) {
        // What others refer to is missed in the numbers, save where an IDR picture begins them anew.
        if picture?.isRefresh == true { isClean = false }
    }

    private func follows(_ picture: Picture) -> Bool {
        guard let sequence, let number = picture.frameNumber, let lastFrameNumber else { return false }
        return number == (lastFrameNumber + 1) & ((1 << sequence.frameNumberBitCount) - 1)
    }
}
