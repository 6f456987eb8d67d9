import Bytes
public import Codecs

/// Says in which order the pictures of a stream are shown (ITU-T H.264 §8.2.1, H.265 §8.3.1).
///
/// Take every picture in decode order. Orders compare only between pictures of one stretch.
public struct PictureOrderReader: Sendable {
    /// A picture's place.
    public struct Place: Equatable, Sendable {
        public var order: Int64
        /// Whether all pictures from this one on are shown behind all before it.
        public var beginsStretch: Bool
    }

    private let codec: Codec
    private var h264Sequence: H264.SequenceParameterSet?
    private var h265Sequences: [UInt32: H265.SequenceParameterSet] = [:]
    private var h265Pictures: [UInt32: H265.PictureParameterSet] = [:]
    /// The last picture's place, from which the upper bits of the next are counted.
    private var last: Int64 = 0

    /// A reader of H.264 or H.265.
    public init(_ codec: Codec) {
        precondition(codec == .h264 || codec == .h265, "byte streams are H.264 or H.265")
        self.codec = codec
    }

    /// The place of the next picture; nothing if it does not tell.
    public mutating func place(of picture: [UInt8]) -> Place? {
        for unit in H264.nalUnits(in: picture) {
            let found = codec == .h264 ? readH264(picture, unit) : readH265(picture, unit)
            if let found { return found }
        }
        return nil
    }

    private mutating func readH264(_ picture: [UInt8], _ unit: Range<Int>) -> Place? {
        guard let type = H264.NALUnitType(header: picture[unit.lowerBound]) else { return nil }
        if type == .sequenceParameterSet {
            h264Sequence = (try? H264.SequenceParameterSet(parsing: Array(picture[unit]))) ?? h264Sequence
        }
        guard type == .slice || type == .idrSlice, let sequence = h264Sequence else { return nil }
        let payload = picture.span.extracting(unit.lowerBound + 1..<unit.upperBound)
        let isRefresh = type == .idrSlice
        guard let bits = try? H264.pictureOrder(ofSlice: payload, isRefresh: isRefresh, of: sequence) else {
            return nil
        }
        return place(bits, of: sequence.pictureOrderBitCount, beginsStretch: isRefresh)
    }

    private mutating func readH265(_ picture: [UInt8], _ unit: Range<Int>) -> Place? {
        guard unit.count > H265.headerByteCount else { return nil }
        let type = H265.NALUnitType(header: picture[unit.lowerBound])
        switch type {
        case .sequenceParameterSet:
            guard let set = try? H265.SequenceParameterSet(parsing: Array(picture[unit])) else { return nil }
            h265Sequences[set.identifier] = set
        case .pictureParameterSet:
            guard let set = try? H265.PictureParameterSet(parsing: Array(picture[unit])) else { return nil }
            h265Pictures[set.identifier] = set
        case .slice, .skippedLeadingSlice, .randomAccessSlice:
            let payload = picture.span.extracting(unit.lowerBound + H265.headerByteCount..<unit.upperBound)
            guard let identifier = try? H265.SliceHeader.pictureParameterSet(of: payload, type: type),
                let set = h265Pictures[identifier], let sequence = h265Sequences[set.sequenceIdentifier],
                let header = try? H265.SliceHeader(parsing: payload, type: type, picture: set, sequence: sequence)
            else { return nil }
            let isRefresh = type == .randomAccessSlice(.refresh) || type == .randomAccessSlice(.brokenLink)
            return place(header.pictureOrder, of: sequence.pictureOrderBitCount, beginsStretch: isRefresh)
        default: break
        }
        return nil
    }

    /// The low bits' place nearest to the last.
    private mutating func place(_ bits: Int, of bitCount: Int, beginsStretch: Bool) -> Place {
        let period: Int64 = 1 << Int64(bitCount)
        var distance = beginsStretch ? 0 : (Int64(bits) - last) % period
        if distance >= period / 2 { distance -= period }
        if distance < -period / 2 { distance += period }
        last = beginsStretch ? Int64(bits) : last + distance
        return Place(order: last, beginsStretch: beginsStretch)
    }
}

/// Turns the orders of pictures into by how many places each is shown later, or earlier, than it is decoded.
public struct PictureShifts: Sendable {
    /// One for each picture, in decode order; a stretch that is open comes last and is not there yet.
    public private(set) var shifts: [Int16] = []
    /// Whether any is other than zero.
    public private(set) var areReordered = false

    private var open: [Int64] = []

    public init() {}

    /// Takes the place of the next picture; one that is not known follows the one before it.
    public mutating func push(_ place: PictureOrderReader.Place?) {
        if place?.beginsStretch ?? false { finish() }
        open.append(place?.order ?? open.last ?? 0)
    }

    /// Ends the open stretch.
    public mutating func finish() {
        let shown = open.indices.sorted { (open[$0], $0) < (open[$1], $1) }
        var found = [Int16](repeating: 0, count: open.count)
        for (rank, index) in shown.enumerated() {
            found[index] = Int16(clamping: rank - index)
            if rank != index { areReordered = true }
        }
        shifts += found
        open.removeAll(keepingCapacity: true)
    }
}
