import Bytes
import Codecs

/// The rules of AV1's payload format (RTP Payload Format For AV1, §4), and how layers that are missing are left out.
///
/// Each OBU gets its size, temporal delimiters and padding go, and a sequence header that a keyframe lacks is added to
/// it, so that each keyframe stands alone.
struct AV1Depacketizer: Sendable {
    /// Whether a layer of the last temporal unit had to be left out, which only a keyframe brings back.
    private(set) var lacksLayers = false

    /// The last sequence header: a whole OBU with its size.
    private var sequenceHeader: [UInt8] = []
    private var unitJoining = AV1UnitJoining()
    private var references = AV1ReferenceTracker()
    /// The frames of the temporal unit in hand as the dependency descriptor delimits them; else its spatial layers.
    private var parts: [Part] = []
    private var state = State()

    /// A frame, or a spatial layer, and the OBUs that come with it.
    private struct Part {
        var range: Range<Int>
        var dependencies: FrameDependencies?
        var isClean = false
    }

    /// What is known of the temporal unit in hand.
    private struct State {
        var isOpen = false
        var followsLoss = false
        var isDamaged = false
        /// Whether what comes is of no use, because what it continues is missing.
        var isSkipping = false
        /// How many bytes belong to frames that are known to be whole.
        var wholeByteCount = 0
        /// The highest spatial layer that has begun.
        var spatialLayer = 0
        /// The frame that is coming in, if the dependency descriptor delimits it.
        var openPart: Part?
    }

    // |Z|Y| W |N|-|-|-|  element, element, …
    /// Adds what one packet carries to the frame.
    mutating func push(
        _ payload: Span<UInt8>, dependencies: FrameDependencies?, into assembly: inout FrameAssembly
    ) {
        settleLoss(in: &assembly)
        if !state.isOpen { state = State(isOpen: true, followsLoss: assembly.followsLoss) }
        if let dependencies, dependencies.startsFrame {
            closePart(in: assembly)
            state.isSkipping = false
            let start = assembly.bytes.count
            state.openPart = Part(range: start..<start, dependencies: dependencies)
        }
        guard !state.isSkipping else { return }
        // What continues a frame whose beginning is missing is missing with it.
        if dependencies != nil, state.openPart == nil { return assembly.markIncomplete() }
        guard payload.count > 1 else { return assembly.markMalformed() }
        let isContinued = payload[0] & 0x80 != 0
        if isContinued != unitJoining.isUnderWay { return assembly.markIncomplete() }
        pushElements(payload, into: &assembly)
        if let dependencies, dependencies.endsFrame, !assembly.isBroken { closePart(in: assembly) }
    }

    /// Ends the frame; returns whether it was handed out clean.
    mutating func finishFrame(of assembly: inout FrameAssembly, _ tracker: inout DependencyTracker) -> Bool {
        if unitJoining.isUnderWay { assembly.markIncomplete() }
        settleLoss(in: &assembly)
        closePart(in: assembly)
        defer {
            parts.removeAll(keepingCapacity: true)
            state = State()
        }
        if state.followsLoss { references.noteLoss() }
        if assembly.bytes.isEmpty { return finishEmpty(&assembly) }
        if parts.isEmpty { divideByLayer(assembly.bytes) }
        var isKeyframe = false
        for index in parts.indices { judge(index, assembly.bytes, &tracker, isKeyframe: &isKeyframe) }
        let hasClean = parts.contains { $0.isClean }
        lacksLayers = state.isDamaged || parts.contains { !$0.isClean }
        if state.isDamaged { references.noteLoss() }
        if hasClean { removeBrokenParts(from: &assembly) }
        isKeyframe = isKeyframe && hasClean && completeKeyframe(of: &assembly)
        assembly.finish(isKeyframe: isKeyframe, isBroken: !hasClean)
        return hasClean
    }

    private mutating func finishEmpty(_ assembly: inout FrameAssembly) -> Bool {
        if state.isDamaged {
            references.noteLoss()
            assembly.markIncomplete()
            assembly.finish(isKeyframe: false, isBroken: true)
        } else {
            assembly.discard()
        }
        return false
    }
}

extension AV1Depacketizer {
    /// Cuts a packet into its elements: OBUs, or fragments of them at either end (§4.4).
    private mutating func pushElements(_ payload: Span<UInt8>, into assembly: inout FrameAssembly) {
        let (isContinued, continues) = (payload[0] & 0x80 != 0, payload[0] & 0x40 != 0)
        let count = Int(payload[0] >> 4 & 3)
        var (position, index) = (1, 0)
        while position < payload.count, !assembly.isBroken {
            var end = payload.count
            // With a count, the last element takes what is left; without, each tells its size.
            if index + 1 != count {
                guard let size = try? AV1.readLEB128(payload, at: &position), size <= payload.count - position else {
                    return assembly.markMalformed()
                }
                end = position + size
            }
            let isLast = end == payload.count
            pushElement(
                payload, in: position..<end, isContinuation: isContinued && index == 0,
                continues: continues && isLast, into: &assembly)
            (position, index) = (end, index + 1)
        }
        if count > 0, index != count, !assembly.isBroken { assembly.markMalformed() }
    }

    private mutating func pushElement(
        _ payload: Span<UInt8>, in range: Range<Int>, isContinuation: Bool, continues: Bool,
        into assembly: inout FrameAssembly
    ) {
        let start = assembly.bytes.count
        if isContinuation {
            unitJoining.append(payload, in: range, to: &assembly)
        } else {
            noteLayer(payload, in: range, at: start)
            if continues {
                unitJoining.begin(payload, in: range, in: &assembly)
            } else {
                noteSequenceHeader(unitJoining.appendWhole(payload, in: range, to: &assembly), in: assembly)
            }
        }
        guard isContinuation, !continues, !assembly.isBroken else { return }
        noteSequenceHeader(unitJoining.end(in: &assembly), in: assembly)
    }

    /// Without a dependency descriptor, the beginning of a higher layer says that the ones below are whole.
    private mutating func noteLayer(_ payload: Span<UInt8>, in range: Range<Int>, at start: Int) {
        guard state.openPart == nil, range.count > 1, payload[range.lowerBound] & 4 != 0 else { return }
        let layer = Int(payload[range.lowerBound + 1] >> 3 & 3)
        guard layer > state.spatialLayer else { return }
        state.spatialLayer = layer
        state.wholeByteCount = start
    }

    private mutating func noteSequenceHeader(_ unit: AV1.Unit?, in assembly: FrameAssembly) {
        guard let unit, unit.type == .sequenceHeader else { return }
        references.receiveSequenceHeader(assembly.bytes[unit.payload])
        if sequenceHeader[...] != assembly.bytes[unit.range] { sequenceHeader = Array(assembly.bytes[unit.range]) }
    }

    /// Gives up the frames of which a part is missing; those before them stay.
    private mutating func settleLoss(in assembly: inout FrameAssembly) {
        guard state.isOpen, assembly.isBroken else { return }
        assembly.salvage(state.wholeByteCount)
        unitJoining = AV1UnitJoining()
        state.openPart = nil
        (state.isDamaged, state.isSkipping) = (true, true)
    }

    private mutating func closePart(in assembly: FrameAssembly) {
        guard var part = state.openPart, !unitJoining.isUnderWay else { return }
        state.openPart = nil
        part.range = part.range.lowerBound..<assembly.bytes.count
        state.wholeByteCount = assembly.bytes.count
        if !part.range.isEmpty { parts.append(part) }
    }
}

extension AV1Depacketizer {
    /// Makes a part of each spatial layer.
    private mutating func divideByLayer(_ bytes: [UInt8]) {
        var (start, position, layer) = (0, 0, 0)
        while position < bytes.count, let unit = try? AV1.unit(at: position, in: bytes.span) {
            if unit.spatialLayer > layer {
                if position > start { parts.append(Part(range: start..<position)) }
                (start, layer) = (position, unit.spatialLayer)
            }
            position = unit.range.upperBound
        }
        parts.append(Part(range: start..<bytes.count))
    }

    /// Judges a part by its frames, and says of the first if it is a keyframe.
    private mutating func judge(
        _ index: Int, _ bytes: [UInt8], _ tracker: inout DependencyTracker, isKeyframe: inout Bool
    ) {
        let part = parts[index]
        var isProven = false
        if let dependencies = part.dependencies { isProven = tracker.areReferencesClean(of: dependencies) }
        var (isClean, hasHeader) = (true, false)
        var (position, isFirst) = (part.range.lowerBound, index == 0)
        while position < part.range.upperBound, let unit = try? AV1.unit(at: position, in: bytes.span) {
            position = unit.range.upperBound
            // Tiles whose frame has no head: it went down with the packets before.
            if unit.type == .tileGroup, !hasHeader { isClean = false }
            guard unit.type?.beginsWithFrameHeader == true else { continue }
            hasHeader = true
            let header = references.header(bytes.span.extracting(unit.payload), of: unit)
            let isFrameClean = isProven || references.isClean(header)
            references.receive(header, isClean: isFrameClean)
            if !isFrameClean { isClean = false }
            if isFirst, let header {
                isKeyframe = header.type == .key && header.isShown && header.existingSlot == nil
            }
            isFirst = false
        }
        parts[index].isClean = isClean
        if isClean, let dependencies = part.dependencies { tracker.noteClean(dependencies) }
    }

    private func removeBrokenParts(from assembly: inout FrameAssembly) {
        for part in parts.reversed() where !part.isClean {
            assembly.reshape { $0.removeSubrange(part.range) }
        }
    }

    /// Sees to it that a keyframe has its sequence header, and says whether it does.
    private func completeKeyframe(of assembly: inout FrameAssembly) -> Bool {
        var position = 0
        while position < assembly.bytes.count, let unit = try? AV1.unit(at: position, in: assembly.bytes.span) {
            if unit.type == .sequenceHeader { return true }
            position = unit.range.upperBound
        }
        guard !sequenceHeader.isEmpty else { return false }
        assembly.insert(sequenceHeader, at: 0)
        return true
    }
}
