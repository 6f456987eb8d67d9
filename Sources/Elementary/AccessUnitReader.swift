import Bytes
public import Codecs

/// One picture of a stream without container.
public struct AccessUnit: Equatable, Sendable {
    /// Where its first unit lies in the stream, behind the start code.
    public var offset: Int
    /// The picture with everything that belongs to it, each unit behind its length in four bytes.
    public var bytes: [UInt8]
    public var isKeyframe: Bool

    public init(offset: Int, bytes: [UInt8], isKeyframe: Bool) {
        self.offset = offset
        self.bytes = bytes
        self.isKeyframe = isKeyframe
    }
}

/// Puts the NAL units of a stream together to pictures (ITU-T H.264 §7.4.1.2.3, H.265 §7.4.2.4.4).
///
/// After each `push` take `next` until it returns nothing. Delimiters and filler are left out: containers want none.
public struct AccessUnitReader: Sendable {
    /// The most that is believed to belong to one picture.
    public static let maximumByteCount = 16 << 20

    public let codec: Codec
    /// Units that are none, or belong to no picture.
    public private(set) var strayUnitCount = 0

    private var open: [UInt8] = []
    private var openOffset = 0
    private var slices = Slices()
    /// Whether so much came that it cannot be one picture.
    private var isTooLarge = false
    private var ready: [AccessUnit] = []
    /// By which slice headers are read; of several sets the last.
    private var sequence: H264.SequenceParameterSet?

    /// What is known of the open picture.
    private struct Slices: Equatable, Sendable {
        var isThere = false
        var isKeyframe = false
        var isReference = false
        /// Counts pictures that others refer to (§7.4.3); nothing if the stream does not tell how.
        var frameNumber: Int?
    }

    /// What a unit is to the pictures.
    private enum Role {
        /// Part of a picture.
        case slice(isFirst: Bool, Slices)
        /// Stands before a picture's first slice.
        case prefix
        /// Stands behind a picture's slices.
        case suffix
        /// Stands between pictures, and is left out.
        case delimiter
        case none
    }

    /// A reader of H.264 or H.265.
    public init(_ codec: Codec) {
        precondition(codec == .h264 || codec == .h265, "byte streams are H.264 or H.265")
        self.codec = codec
    }

    /// Takes the next unit of the stream.
    public mutating func push(_ unit: ByteStreamUnit) {
        switch role(of: unit.bytes) {
        case .slice(let isFirst, let slice):
            // A lost first slice shows in what all slices of one picture agree on (§7.4.1.2.4).
            if slices.isThere, isFirst || slice != slices { finish() }
            slices = slice
            append(unit)
        case .prefix:
            if slices.isThere { finish() }
            if codec == .h264, let found = try? H264.SequenceParameterSet(parsing: unit.bytes) { sequence = found }
            append(unit)
        case .suffix: if slices.isThere { append(unit) }
        case .delimiter: if slices.isThere { finish() }
        case .none: strayUnitCount += 1
        }
    }

    /// Ends the open picture: the stream has ended, or the next unit is not the one that followed.
    public mutating func finish() {
        defer { abandon() }
        // Parameter sets without a picture are of no use to a container.
        guard slices.isThere, !isTooLarge else { return }
        ready.append(AccessUnit(offset: openOffset, bytes: open, isKeyframe: slices.isKeyframe))
    }

    /// Forgets the open picture, of which something is missing.
    public mutating func abandon() {
        open = []
        slices = Slices()
        isTooLarge = false
    }

    /// The next picture; nothing until more units come.
    public mutating func next() -> AccessUnit? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func append(_ unit: ByteStreamUnit) {
        isTooLarge = isTooLarge || open.count + unit.bytes.count > Self.maximumByteCount
        guard !isTooLarge else { return }
        if open.isEmpty { openOffset = unit.offset }
        open.append(bigEndian: UInt32(unit.bytes.count))
        open += unit.bytes
    }

    private func role(of unit: [UInt8]) -> Role { codec == .h264 ? h264Role(of: unit) : h265Role(of: unit) }

    private func h264Role(of unit: [UInt8]) -> Role {
        // A forbidden bit that is set says that the unit is damaged (§7.4.1).
        guard let header = unit.first, header & 0x80 == 0, let type = H264.NALUnitType(header: header) else {
            return .none
        }
        switch type {
        case .slice, .slicePartitionA, .idrSlice:
            guard unit.count > 1 else { return .none }
            // Its first macroblock is 0, of which the code is a single set bit (§7.3.3).
            return .slice(
                isFirst: unit[1] & 0x80 != 0,
                Slices(
                    isThere: true, isKeyframe: type == .idrSlice,
                    isReference: H264.referenceImportance(header: header) > 0, frameNumber: frameNumber(of: unit)))
        case .slicePartitionB, .slicePartitionC: return .suffix
        case .sequenceParameterSet, .pictureParameterSet, .supplementalEnhancement, .sequenceParameterSetExtension:
            return .prefix
        case .accessUnitDelimiter, .endOfSequence, .endOfStream, .fillerData: return .delimiter
        }
    }

    private func frameNumber(of unit: [UInt8]) -> Int? {
        guard let sequence else { return nil }
        return try? H264.SliceHeader(parsing: unit.span.extracting(1..<unit.count), of: sequence).frameNumber
    }

    private func h265Role(of unit: [UInt8]) -> Role {
        guard unit.count > H265.headerByteCount, unit[0] & 0x80 == 0 else { return .none }
        switch H265.NALUnitType(header: unit[0]) {
        case .slice, .skippedLeadingSlice: return .slice(isFirst: first(unit), Slices(isThere: true))
        case .randomAccessSlice: return .slice(isFirst: first(unit), Slices(isThere: true, isKeyframe: true))
        case .videoParameterSet, .sequenceParameterSet, .pictureParameterSet: return .prefix
        // 39 stands before a picture, 40 behind it (table 7-1).
        case .supplementalEnhancement: return unit[0] >> 1 & 0x3F == 39 ? .prefix : .suffix
        case .accessUnitDelimiter, .endOfSequence, .endOfBitstream, .fillerData: return .delimiter
        case .other: return .none
        }
    }

    private func first(_ unit: [UInt8]) -> Bool { H265.SliceHeader.isFirst(unit[H265.headerByteCount]) }
}
