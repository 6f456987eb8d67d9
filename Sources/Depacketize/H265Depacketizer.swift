import Bytes
import Codecs

/// The rules of H.265's payload format without DONL (RFC 7798 §4.4).
///
/// As with H.264, NAL units get their length before them, and keyframes the parameter sets that they lack.
struct H265Depacketizer: Sendable {
    /// The last parameter sets, with their lengths, as they stood before a keyframe.
    private var parameterSets: [UInt8] = []
    /// Whether the sender put them into the stream itself, and so will again.
    private var areParameterSetsInBand = false
    private var fragmented = FragmentedUnit()
    private var seen = Seen()
    private var references = H265ReferenceTracker()

    /// What the open frame holds so far.
    private struct Seen {
        var slice = false
        var randomAccessSlice = false
        var videoParameterSet = false
        var sequenceParameterSet = false
        var pictureParameterSet = false
        var picture: H265ReferenceTracker.Picture?

        var hasParameterSets: Bool { videoParameterSet && sequenceParameterSet && pictureParameterSet }
        var hasAnyParameterSet: Bool { videoParameterSet || sequenceParameterSet || pictureParameterSet }
    }

    init(parameterSets: H265.ParameterSets) {
        for set in parameterSets.video + parameterSets.sequence + parameterSets.picture {
            self.parameterSets.append(bigEndian: UInt32(set.count))
            self.parameterSets += set
        }
        for set in parameterSets.sequence { references.receiveParameterSet(set[...], type: .sequenceParameterSet) }
        for set in parameterSets.picture { references.receiveParameterSet(set[...], type: .pictureParameterSet) }
    }

    // |F|   type (6)  | layer (6)   | temporal ID + 1 (3) |
    /// Adds what one packet carries to the frame.
    mutating func push(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        guard payload.count >= H265.headerByteCount, Self.isHeader(payload[0], payload[1]) else {
            return assembly.markMalformed()
        }
        switch payload[0] >> 1 & 0x3F {
        case Self.singleUnits: pushUnit(payload, in: 0..<payload.count, into: &assembly)
        case Self.aggregation: pushAggregation(payload, into: &assembly)
        case Self.fragmentation: pushFragment(payload, into: &assembly)
        // PACI (§4.4.4) extends packets by facts that nobody sends; the rest is reserved.
        default: assembly.markMalformed()
        }
    }

    /// Ends the frame; `isProvenClean` if what it refers to is known to be clean.
    ///
    /// Returns whether it was handed out clean.
    mutating func finishFrame(of assembly: inout FrameAssembly, isProvenClean: Bool) -> Bool {
        fragmented.abandon(in: &assembly)
        guard seen.slice || assembly.isBroken else {
            // Parameter sets that were closed with a marker of their own belong to the next picture.
            if seen.hasAnyParameterSet { assembly.carryOver() } else { assembly.discard() }
            return false
        }
        defer { seen = Seen() }
        let isKeyframe = seen.randomAccessSlice && !assembly.isBroken && completeKeyframe(of: &assembly)
        // One to start decoding from that lacks its parameter sets is as good as lost.
        let isWhole = !assembly.isBroken && seen.randomAccessSlice == isKeyframe
        let isBroken = references.receive(
            seen.picture, isKeyframe: isKeyframe, isWhole: isWhole, lostCount: assembly.lostCount)
        assembly.finish(isKeyframe: isKeyframe, isBroken: isBroken && !isProvenClean)
        return isWhole && (!isBroken || isProvenClean)
    }

    // Payload types of RFC 7798 §4.4.
    private static let singleUnits: ClosedRange<UInt8> = 0...47
    private static let aggregation: UInt8 = 48
    private static let fragmentation: UInt8 = 49

    /// Whether two bytes can begin a NAL unit or a packet: not known to be damaged, and of a temporal layer.
    private static func isHeader(_ first: UInt8, _ second: UInt8) -> Bool { first & 0x80 == 0 && second & 7 != 0 }
}

extension H265Depacketizer {
    /// A NAL unit in a packet of its own, or inside an aggregation (§4.4.1).
    private mutating func pushUnit(_ payload: Span<UInt8>, in range: Range<Int>, into assembly: inout FrameAssembly) {
        fragmented.abandon(in: &assembly)
        let type = H265.NALUnitType(header: payload[range.lowerBound])
        // Samples of a file shall hold no filler (ISO/IEC 14496-15 §8.3.2).
        if type == .fillerData { return }
        let header = (payload[range.lowerBound], payload[range.lowerBound + 1])
        note(header, payload.extracting(range.lowerBound + H265.headerByteCount..<range.upperBound), in: &assembly)
        assembly.append(UInt32(range.count))
        assembly.append(payload, in: range)
        noteParameterSet(at: assembly.bytes.count - range.count, type, in: assembly)
    }

    // AP (§4.4.2):  | header (16) | size (16) | NAL unit | size (16) | NAL unit | …
    private mutating func pushAggregation(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        var position = H265.headerByteCount
        repeat {
            guard position + 2 <= payload.count else { return assembly.markMalformed() }
            let count = Int(payload[position]) << 8 | Int(payload[position + 1])
            position += 2
            guard count >= H265.headerByteCount, count <= payload.count - position else {
                return assembly.markMalformed()
            }
            guard Self.beginsUnit(payload[position], payload[position + 1]) else { return assembly.markMalformed() }
            pushUnit(payload, in: position..<position + count, into: &assembly)
            position += count
        } while position < payload.count
    }

    // FU (§4.4.3):  | header (16) | S E type (6) | fragment …
    private mutating func pushFragment(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        let start = H265.headerByteCount + 1
        guard payload.count > start else { return assembly.markMalformed() }
        let (isStart, isEnd) = (payload[2] & 0x80 != 0, payload[2] & 0x40 != 0)
        if isStart {
            let header = (payload[0] & 0x81 | payload[2] << 1 & 0x7E, payload[1])
            fragmented.abandon(in: &assembly)
            guard Self.beginsUnit(header.0, header.1) else { return assembly.markMalformed() }
            note(header, payload.extracting(start..<payload.count), in: &assembly)
            fragmented.begin(in: &assembly)
            assembly.append(header.0)
            assembly.append(header.1)
        }
        fragmented.append(payload, in: start..<payload.count, to: &assembly)
        guard isEnd, let unit = fragmented.end(in: &assembly) else { return }
        let type = H265.NALUnitType(header: assembly.bytes[unit.lowerBound])
        if type == .fillerData { return assembly.truncate(to: unit.lowerBound - H265.lengthByteCount) }
        noteParameterSet(at: unit.lowerBound, type, in: assembly)
    }

    /// Whether a header is one of a NAL unit: no packet nests in another (§4.4.2, §4.4.3).
    private static func beginsUnit(_ first: UInt8, _ second: UInt8) -> Bool {
        isHeader(first, second) && singleUnits.contains(first >> 1 & 0x3F)
    }

    /// Notes what a NAL unit is, and whether packets lost before it took the beginning of the picture along.
    ///
    /// `payload` is what there is of it behind its header.
    private mutating func note(
        _ header: (UInt8, UInt8), _ payload: Span<UInt8>, in assembly: inout FrameAssembly
    ) {
        let type = H265.NALUnitType(header: header.0)
        switch type {
        case .randomAccessSlice: seen.randomAccessSlice = true
        case .videoParameterSet: seen.videoParameterSet = true
        case .sequenceParameterSet: seen.sequenceParameterSet = true
        case .pictureParameterSet: seen.pictureParameterSet = true
        default: break
        }
        guard type.isSlice, !seen.slice else { return }
        seen.slice = true
        guard !payload.isEmpty, H265.SliceHeader.isFirst(payload[0]) else {
            if assembly.startsAfterLoss { assembly.markIncomplete() }
            return
        }
        seen.picture = references.picture(ofSlice: header, payload: payload)
    }

    /// Hands a parameter set that is whole to the tracker of references.
    private mutating func noteParameterSet(at start: Int, _ type: H265.NALUnitType, in assembly: FrameAssembly) {
        guard type == .sequenceParameterSet || type == .pictureParameterSet, !assembly.isBroken else { return }
        references.receiveParameterSet(assembly.bytes[start...], type: type)
    }

    /// Sees to it that a keyframe has its parameter sets, and says whether it does.
    private mutating func completeKeyframe(of assembly: inout FrameAssembly) -> Bool {
        if seen.hasParameterSets {
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
        for unit in H265.nalUnits(in: frame) {
            switch H265.NALUnitType(header: frame[unit.lowerBound]) {
            case .videoParameterSet, .sequenceParameterSet, .pictureParameterSet:
                parameterSets += frame[unit.lowerBound - H265.lengthByteCount..<unit.upperBound]
            default: continue
            }
        }
    }

    /// How much of the frame is an access unit delimiter, which must stay in front (ITU-T H.265 §7.4.2.4.4).
    private static func delimiterByteCount(of frame: [UInt8]) -> Int {
        guard let first = H265.nalUnits(in: frame).first else { return 0 }
        return H265.NALUnitType(header: frame[first.lowerBound]) == .accessUnitDelimiter ? first.upperBound : 0
    }
}
