import Bytes
import Codecs

/// The rules of H.264's payload format, packetization modes 0 and 1 (RFC 6184 §5).
///
/// NAL units get their length before them; parameter sets that a keyframe lacks are added to it, so that each
/// keyframe stands alone.
struct H264Depacketizer: Sendable {
    /// The last parameter sets, with their lengths, as they stood before a keyframe.
    private var parameterSets: [UInt8] = []
    /// Whether the sender put them into the stream itself, and so will again.
    private var areParameterSetsInBand = false
    private var fragmented = FragmentedUnit()
    private var seen = Seen()
    private var references = H264ReferenceTracker()

    /// What the open frame holds so far.
    private struct Seen {
        var slice = false
        var idrSlice = false
        var sequenceParameterSet = false
        var pictureParameterSet = false
        /// What the first slice that came says.
        var picture: H264ReferenceTracker.Picture?
    }

    init(parameterSets: H264.ParameterSets) {
        for set in parameterSets.sequence + parameterSets.picture {
            self.parameterSets.append(bigEndian: UInt32(set.count))
            self.parameterSets += set
        }
        if let set = parameterSets.sequence.first { references.receiveSequenceParameterSet(set[...]) }
    }

    /// Adds what one packet carries to the frame.
    mutating func push(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        // A forbidden_zero_bit that is set says that a gateway found the unit damaged (§1.3).
        guard payload[0] & 0x80 == 0 else { return assembly.markMalformed() }
        switch payload[0] & 0x1F {
        case Self.singleUnits: pushUnit(payload, in: 0..<payload.count, into: &assembly)
        case Self.aggregation: pushAggregation(payload, into: &assembly)
        case Self.fragmentation: pushFragment(payload, into: &assembly)
        // Interleaving (STAP-B, MTAP, FU-B) is mode 2, which is never negotiated (§5.4).
        default: assembly.markMalformed()
        }
    }

    /// Ends the frame; `isProvenClean` if what it refers to is known to be clean.
    ///
    /// Returns whether it was handed out clean.
    mutating func finishFrame(of assembly: inout FrameAssembly, isProvenClean: Bool) -> Bool {
        fragmented.abandon(in: &assembly)
        guard seen.slice || assembly.isBroken else {
            finishPictureless(&assembly)
            return false
        }
        defer { seen = Seen() }
        let isKeyframe = seen.idrSlice && !assembly.isBroken && completeKeyframe(of: &assembly)
        guard !assembly.isBroken else {
            references.drop(seen.picture)
            assembly.finish(isKeyframe: false, isBroken: true)
            return false
        }
        let isBroken = references.receive(seen.picture, isKeyframe: isKeyframe, lostCount: assembly.lostCount)
        assembly.finish(isKeyframe: isKeyframe, isBroken: isBroken && !isProvenClean)
        return !isBroken || isProvenClean
    }

    /// Ends a frame without a slice.
    ///
    /// Some encoders close parameter sets with a marker of their own: they belong to the next picture. Anything
    /// else is what a loss left over, or of no use.
    private func finishPictureless(_ assembly: inout FrameAssembly) {
        if seen.sequenceParameterSet || seen.pictureParameterSet {
            assembly.carryOver()
        } else {
            assembly.discard()
        }
    }

    // Payload types of RFC 6184 table 1.
    private static let singleUnits: ClosedRange<UInt8> = 1...23
    private static let aggregation: UInt8 = 24
    private static let fragmentation: UInt8 = 28
}

extension H264Depacketizer {
    /// A NAL unit in a packet of its own, or inside an aggregation (§5.6).
    private mutating func pushUnit(_ payload: Span<UInt8>, in range: Range<Int>, into assembly: inout FrameAssembly) {
        fragmented.abandon(in: &assembly)
        let header = payload[range.lowerBound]
        // Samples of a file shall hold no filler (ISO/IEC 14496-15 §5.3.2).
        if H264.NALUnitType(header: header) == .fillerData { return }
        note(header, payload.extracting(range.lowerBound + 1..<range.upperBound), in: &assembly)
        assembly.append(UInt32(range.count))
        assembly.append(payload, in: range)
        noteParameterSet(at: assembly.bytes.count - range.count, header, in: assembly)
    }

    // STAP-A (§5.7.1):  | 24 | size (16) | NAL unit | size (16) | NAL unit | …
    private mutating func pushAggregation(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        var position = 1
        repeat {
            guard position + 2 <= payload.count else { return assembly.markMalformed() }
            let count = Int(payload[position]) << 8 | Int(payload[position + 1])
            position += 2
            guard count > 0, count <= payload.count - position else { return assembly.markMalformed() }
            guard Self.beginsUnit(payload[position]) else { return assembly.markMalformed() }
            pushUnit(payload, in: position..<position + count, into: &assembly)
            position += count
        } while position < payload.count
    }

    // FU-A (§5.8):  | F NRI 28 | S E R type | fragment …
    private mutating func pushFragment(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        guard payload.count > 2 else { return assembly.markMalformed() }
        let (isStart, isEnd) = (payload[1] & 0x80 != 0, payload[1] & 0x40 != 0)
        if isStart {
            let header = payload[0] & 0xE0 | payload[1] & 0x1F
            fragmented.abandon(in: &assembly)
            guard Self.beginsUnit(header) else { return assembly.markMalformed() }
            note(header, payload.extracting(2..<payload.count), in: &assembly)
            fragmented.begin(in: &assembly)
            assembly.append(header)
        }
        fragmented.append(payload, in: 2..<payload.count, to: &assembly)
        guard isEnd, let unit = fragmented.end(in: &assembly) else { return }
        let header = assembly.bytes[unit.lowerBound]
        if H264.NALUnitType(header: header) == .fillerData {
            return assembly.truncate(to: unit.lowerBound - H264.lengthByteCount)
        }
        noteParameterSet(at: unit.lowerBound, header, in: assembly)
    }

    /// Whether a header is one of a NAL unit: no packet nests in another (§5.7, §5.8), none is known to be damaged.
    private static func beginsUnit(_ header: UInt8) -> Bool {
        header & 0x80 == 0 && singleUnits.contains(header & 0x1F)
    }

    /// Notes what a NAL unit is, and whether packets lost before it took the beginning of the picture along.
    ///
    /// `payload` is what there is of it behind its header.
    private mutating func note(_ header: UInt8, _ payload: Span<UInt8>, in assembly: inout FrameAssembly) {
        let type = H264.NALUnitType(header: header)
        switch type {
        case .idrSlice: seen.idrSlice = true
        case .sequenceParameterSet: seen.sequenceParameterSet = true
        case .pictureParameterSet: seen.pictureParameterSet = true
        default: break
        }
        guard let type, type.isSlice, !seen.slice else { return }
        seen.slice = true
        // A picture's first slice begins with first_mb_in_slice = 0, a single 1 bit in Exp-Golomb (ITU-T H.264 §7.3.3).
        let isFirst = !payload.isEmpty && payload[0] & 0x80 != 0
        if assembly.startsAfterLoss, !isFirst { assembly.markIncomplete() }
        seen.picture = references.picture(ofSlice: header, payload: payload)
    }

    /// Hands a sequence parameter set that is whole to the tracker of references.
    private mutating func noteParameterSet(at start: Int, _ header: UInt8, in assembly: FrameAssembly) {
        guard H264.NALUnitType(header: header) == .sequenceParameterSet, !assembly.isBroken else { return }
        references.receiveSequenceParameterSet(assembly.bytes[start...])
    }

    /// Sees to it that an IDR picture has its parameter sets, and says whether it does.
    private mutating func completeKeyframe(of assembly: inout FrameAssembly) -> Bool {
        if seen.sequenceParameterSet, seen.pictureParameterSet {
            rememberParameterSets(of: assembly.bytes)
            return true
        }
        // New parameter sets may have gone down with the packets before: the old ones would decode to rubbish.
        if assembly.startsAfterLoss, areParameterSetsInBand {
            assembly.markIncomplete()
            return false
        }
        guard !parameterSets.isEmpty else { return false }
        assembly.insert(parameterSets, at: Self.delimiterByteCount(of: assembly.bytes))
        return true
    }

    private mutating func rememberParameterSets(of frame: [UInt8]) {
        areParameterSetsInBand = true
        parameterSets.removeAll(keepingCapacity: true)
        for unit in H264.nalUnits(in: frame) {
            switch H264.NALUnitType(header: frame[unit.lowerBound]) {
            case .sequenceParameterSet, .pictureParameterSet:
                parameterSets += frame[unit.lowerBound - H264.lengthByteCount..<unit.upperBound]
            default: continue
            }
        }
    }

    /// How much of the frame is an access unit delimiter, which must stay in front (ITU-T H.264 §7.4.1.2.3).
    private static func delimiterByteCount(of frame: [UInt8]) -> Int {
        guard let first = H264.nalUnits(in: frame).first else { return 0 }
        return H264.NALUnitType(header: frame[first.lowerBound]) == .accessUnitDelimiter ? first.upperBound : 0
    }
}
