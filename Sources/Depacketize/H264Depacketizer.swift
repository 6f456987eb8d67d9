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
    /// Where the length of the NAL unit stands whose fragments are coming in.
    private var fragmentedUnit: Int?
    private var seen = Seen()

    /// What the open frame holds so far.
    private struct Seen {
        var slice = false
        var idrSlice = false
        var sequenceParameterSet = false
        var pictureParameterSet = false
    }

    init(parameterSets: H264.ParameterSets) {
        for set in parameterSets.sequence + parameterSets.picture {
            self.parameterSets.append(bigEndian: UInt32(set.count))
            self.parameterSets += set
        }
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

    /// Ends the frame.
    mutating func finishFrame(of assembly: inout FrameAssembly) {
        if fragmentedUnit != nil { assembly.markIncomplete() }
        fragmentedUnit = nil
        guard seen.slice || assembly.isBroken else { return finishPictureless(&assembly) }
        let isKeyframe = seen.idrSlice && !assembly.isBroken && completeKeyframe(of: &assembly)
        assembly.finish(isKeyframe: isKeyframe)
        seen = Seen()
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
        if fragmentedUnit != nil { assembly.markIncomplete() }
        fragmentedUnit = nil
        let type = H264.NALUnitType(header: payload[range.lowerBound])
        // Samples of a file shall hold no filler (ISO/IEC 14496-15 §5.3.2).
        if type == .fillerData { return }
        let second = range.count > 1 ? payload[range.lowerBound + 1] : 0
        note(type, firstPayloadByte: second, in: &assembly)
        assembly.append(UInt32(range.count))
        assembly.append(payload, in: range)
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
            if fragmentedUnit != nil { assembly.markIncomplete() }
            let header = payload[0] & 0xE0 | payload[1] & 0x1F
            guard Self.beginsUnit(header) else { return assembly.markMalformed() }
            note(H264.NALUnitType(header: header), firstPayloadByte: payload[2], in: &assembly)
            fragmentedUnit = assembly.bytes.count
            assembly.append(UInt32(0))
            assembly.append(header)
        }
        guard let unit = fragmentedUnit else { return assembly.markIncomplete() }
        assembly.append(payload, in: 2..<payload.count)
        guard isEnd else { return }
        fragmentedUnit = nil
        guard !assembly.isBroken else { return }
        if H264.NALUnitType(header: assembly.bytes[unit + H264.lengthByteCount]) == .fillerData {
            return assembly.truncate(to: unit)
        }
        assembly.overwrite(UInt32(assembly.bytes.count - unit - H264.lengthByteCount), at: unit)
    }

    /// Whether a header is one of a NAL unit: no packet nests in another (§5.7, §5.8), none is known to be damaged.
    private static func beginsUnit(_ header: UInt8) -> Bool {
        header & 0x80 == 0 && singleUnits.contains(header & 0x1F)
    }

    /// Notes what a NAL unit is, and whether packets lost before it took the beginning of the picture along.
    private mutating func note(
        _ type: H264.NALUnitType?, firstPayloadByte: UInt8, in assembly: inout FrameAssembly
    ) {
        switch type {
        case .idrSlice: seen.idrSlice = true
        case .sequenceParameterSet: seen.sequenceParameterSet = true
        case .pictureParameterSet: seen.pictureParameterSet = true
        default: break
        }
        guard let type, type.isSlice else { return }
        // A picture's first slice begins with first_mb_in_slice = 0, a single 1 bit in Exp-Golomb (ITU-T H.264 §7.3.3).
        if !seen.slice, assembly.startsAfterLoss, firstPayloadByte & 0x80 == 0 { assembly.markIncomplete() }
        seen.slice = true
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
