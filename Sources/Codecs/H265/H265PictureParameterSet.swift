public import Bytes

extension H265 {
    /// What a picture parameter set tells the reader of slice headers (ITU-T H.265 §7.3.2.3).
    public struct PictureParameterSet: Equatable, Sendable {
        public var identifier: UInt32
        /// The sequence parameter set that it belongs to.
        public var sequenceIdentifier: UInt32
        /// Whether slice headers tell if a picture is shown.
        public var hasOutputFlag: Bool
        /// How many bits slice headers hold that mean nothing yet.
        public var extraBitCount: Int

        /// Reads a whole NAL unit, its header included.
        public init(parsing nalUnit: [UInt8]) throws(WireError) {
            guard nalUnit.count > H265.headerByteCount else {
                throw .truncated(at: 0, needed: 3, available: nalUnit.count)
            }
            guard NALUnitType(header: nalUnit[0]) == .pictureParameterSet else {
                throw .invalid("NAL unit type", at: 0)
            }
            let payload = H264.rawPayload(of: nalUnit, from: H265.headerByteCount)
            var reader = BitReader(payload.span)
            identifier = try reader.readUnsignedExpGolomb()
            sequenceIdentifier = try reader.readUnsignedExpGolomb()
            guard identifier < 64, sequenceIdentifier < 16 else { throw .invalid("pps_id", at: 0) }
            _ = try reader.readFlag()
            hasOutputFlag = try reader.readFlag()
            extraBitCount = Int(try reader.read(3))
        }
    }
}
