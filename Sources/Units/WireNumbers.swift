/// Who sends a stream of RTP packets (RFC 3550 §3).
public struct SSRC: Hashable, Sendable {
    public var rawValue: UInt32
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// What an RTP packet's payload is, as the session's description assigned it: 0…127.
public struct PayloadType: Hashable, Sendable {
    public var rawValue: UInt8
    public init(_ rawValue: UInt8) { self.rawValue = rawValue & 0x7F }
}

/// The 32-bit timestamp of an RTP packet: it wraps, so it has a distance but no order.
public struct RTPTimestamp: Hashable, Sendable {
    public var rawValue: UInt32
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Ticks from `other` to this one, by the shorter way round.
    public func distance(from other: RTPTimestamp) -> Int32 {
        Int32(bitPattern: rawValue &- other.rawValue)
    }
}

/// A sender's wall clock, 32.32 fixed-point seconds since 1900 (RFC 3550 §4).
public struct NTPTime: Hashable, Sendable {
    public var rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The middle 32 bits, as reports carry them (RFC 3550 §6.4.1, LSR).
    public var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// Nanoseconds since 1900, rounded down; fits until the era ends in 2036.
    public var nanoseconds: Int64 {
        let seconds = Int64(rawValue >> 32)
        let fraction = ((rawValue & 0xFFFF_FFFF) * 1_000_000_000) >> 32
        return seconds * 1_000_000_000 + Int64(fraction)
    }

    /// The time so many nanoseconds after 1900.
    public init(nanoseconds: Int64) {
        let seconds = UInt64(nanoseconds / 1_000_000_000)
        let fraction = (UInt64(nanoseconds % 1_000_000_000) << 32) / 1_000_000_000
        rawValue = seconds << 32 | fraction
    }
}
