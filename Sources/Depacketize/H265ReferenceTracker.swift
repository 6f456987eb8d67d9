import Codecs

/// Tells which H.265 pictures refer to one that is missing.
///
/// Each picture names all that it and those behind it refer to by their place in the order of display (ITU-T H.265
/// §8.3.2), so that what is clean is known exactly.
struct H265ReferenceTracker: Sendable {
    /// What a picture's first slice tells.
    struct Picture {
        var type: H265.NALUnitType
        var temporalLayer: Int
        /// Nothing if its parameter sets are unknown, or it could not be read.
        var header: H265.SliceHeader?
        /// How many bits its place in the order has.
        var orderBitCount: Int
    }

    /// The parameter sets that are known, each with its bytes.
    private var sequences: [(bytes: [UInt8], set: H265.SequenceParameterSet)] = []
    private var pictures: [(bytes: [UInt8], set: H265.PictureParameterSet)] = []
    /// The places of those pictures that are clean and still referred to.
    private var clean: [Int] = []
    /// The place of the last picture by which places are counted on (§8.3.1).
    private var anchor = 0
    /// Whether anything was lost since the last keyframe.
    private var hasLost = true
    /// Whether what was lost can be told from what is there.
    private var isReadable = false

    /// Takes a sequence or picture parameter set, with its header.
    mutating func receiveParameterSet(_ unit: ArraySlice<UInt8>, type: H265.NALUnitType) {
        guard !sequences.contains(where: { $0.bytes[...] == unit }) else { return }
        guard !pictures.contains(where: { $0.bytes[...] == unit }) else { return }
        let bytes = Array(unit)
        if type == .sequenceParameterSet, let set = try? H265.SequenceParameterSet(parsing: bytes) {
            sequences.removeAll { $0.set.identifier == set.identifier }
            sequences.append((bytes, set))
        } else if type == .pictureParameterSet, let set = try? H265.PictureParameterSet(parsing: bytes) {
            pictures.removeAll { $0.set.identifier == set.identifier }
            pictures.append((bytes, set))
        }
    }

    /// What a picture's first slice says of it; `payload` lies behind the NAL unit's header.
    func picture(ofSlice header: (UInt8, UInt8), payload: Span<UInt8>) -> Picture {
        let type = H265.NALUnitType(header: header.0)
        var picture = Picture(type: type, temporalLayer: max(0, Int(header.1 & 7) - 1), orderBitCount: 0)
        guard let identifier = try? H265.SliceHeader.pictureParameterSet(of: payload, type: type) else {
            return picture
        }
        guard let set = pictures.first(where: { $0.set.identifier == identifier })?.set else { return picture }
        guard let sequence = sequences.first(where: { $0.set.identifier == set.sequenceIdentifier })?.set else {
            return picture
        }
        picture.header = try? H265.SliceHeader(parsing: payload, type: type, picture: set, sequence: sequence)
        picture.orderBitCount = sequence.pictureOrderBitCount
        return picture
    }

    /// Counts a picture, and says whether it is broken; `lostCount` packets are missing before it or within it.
    mutating func receive(_ picture: Picture?, isKeyframe: Bool, isWhole: Bool, lostCount: Int) -> Bool {
        if lostCount > 0 { hasLost = true }
        guard let picture, let header = picture.header else {
            // A picture without a name: what refers to it cannot be told from what does not.
            (isReadable, clean) = (false, [])
            if isKeyframe && isWhole { hasLost = false }
            return hasLost || !isWhole
        }
        let order = place(of: header, picture, lostCount: lostCount)
        let isBroken = !isKeyframe && hasLost && !areReferencesClean(header, order, picture)
        keepReferences(of: header, order, picture)
        if isWhole, !isBroken { clean.append(order) }
        if isKeyframe, isWhole {
            isReadable = true
            // Pictures shown before a CRA may still refer to what was lost before it.
            if picture.type != .randomAccessSlice(.clean) { hasLost = false }
        }
        return isBroken || !isWhole
    }
}

extension H265ReferenceTracker {
    /// A picture's place in the order, and the next ones' count from it (§8.3.1).
    private mutating func place(of header: H265.SliceHeader, _ picture: Picture, lostCount: Int) -> Int {
        var order = header.pictureOrder
        switch picture.type {
        case .randomAccessSlice(.refresh), .randomAccessSlice(.brokenLink): break
        default:
            let span = 1 << picture.orderBitCount
            // Places half a round away cannot be told from those on the other side.
            if lostCount >= span / 2 { clean.removeAll(keepingCapacity: true) }
            var step = (order - anchor) & (span - 1)
            if step >= span / 2 { step -= span }
            order = anchor + step
        }
        if picture.temporalLayer == 0, picture.isAnchor { anchor = order }
        return order
    }

    private func areReferencesClean(_ header: H265.SliceHeader, _ order: Int, _ picture: Picture) -> Bool {
        guard isReadable else { return false }
        let references = header.references
        for index in 0..<references.count where references.isUsed(index) {
            guard clean.contains(order + references.distance(index)) else { return false }
        }
        let mask = (1 << picture.orderBitCount) - 1
        for reference in header.longTermReferences where reference.isUsed {
            guard clean.contains(where: { $0 & mask == reference.order }) else { return false }
        }
        return true
    }

    /// Forgets the pictures that nobody refers to any more.
    private mutating func keepReferences(of header: H265.SliceHeader, _ order: Int, _ picture: Picture) {
        if picture.type == .randomAccessSlice(.refresh) || picture.type == .randomAccessSlice(.brokenLink) {
            clean.removeAll(keepingCapacity: true)
            return
        }
        let mask = (1 << picture.orderBitCount) - 1
        clean.removeAll { place in
            for index in 0..<header.references.count where order + header.references.distance(index) == place {
                return false
            }
            return !header.longTermReferences.contains { $0.order == place & mask }
        }
    }
}

extension H265ReferenceTracker.Picture {
    /// Whether later pictures count their places from it: leading ones and those no other refers to are passed over.
    fileprivate var isAnchor: Bool {
        switch type {
        case .slice(let isReference): isReference
        case .randomAccessSlice: true
        default: false
        }
    }
}
