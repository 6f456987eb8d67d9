import Bytes

extension H265 {
    /// What a decoder must be able to do (ITU-T H.265 §7.3.3), as a configuration record repeats it.
    public struct ProfileTierLevel: Equatable, Sendable {
        /// Profile space, tier and profile, as the byte in which they stand.
        public var profile: UInt8 = 0
        /// `general_profile_compatibility_flags`.
        public var compatibility: UInt32 = 0
        /// The 48 bits of flags that narrow the profile down.
        public var constraints: UInt64 = 0
        /// Thirty times the level.
        public var level: UInt8 = 0

        init() {}

        /// Whether it is of the High tier.
        public var isHighTier: Bool { profile & 0x20 != 0 }

        init(parsing reader: inout BitReader, temporalLayerCount: Int) throws(WireError) {
            profile = UInt8(try reader.read(8))
            compatibility = try reader.read(32)
            constraints = UInt64(try reader.read(32)) << 16
            constraints |= UInt64(try reader.read(16))
            level = UInt8(try reader.read(8))
            guard temporalLayerCount > 1 else { return }
            // Two flags for each sub-layer but the highest, padded to eight pairs.
            let flags = try reader.read(16)
            for index in 0..<temporalLayerCount - 1 {
                let pair = flags >> UInt32(14 - 2 * index) & 3
                if pair & 2 != 0 { for _ in 0..<11 { _ = try reader.read(8) } }
                if pair & 1 != 0 { _ = try reader.read(8) }
            }
        }
    }
}
