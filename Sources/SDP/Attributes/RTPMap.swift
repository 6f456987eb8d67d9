public import Units

/// What a payload type stands for, `a=rtpmap` (RFC 8866 §6.6).
public struct RTPMap: Hashable, Sendable {
    public var payloadType: PayloadType
    /// As it was spelled; compare with `isNamed(_:)`.
    public var encoding: String
    public var clockRate: ClockRate
    /// How many channels audio has; 1 if not said.
    public var channelCount: Int

    public init(payloadType: PayloadType, encoding: String, clockRate: ClockRate, channelCount: Int = 1) {
        self.payloadType = payloadType
        self.encoding = encoding
        self.clockRate = clockRate
        self.channelCount = channelCount
    }

    /// Whether the encoding has this name; case does not count (RFC 4855 §3).
    public func isNamed(_ name: String) -> Bool { encoding.lowercased() == name.lowercased() }
}

extension RTPMap: CustomStringConvertible {
    /// The text behind `a=rtpmap:`.
    public var description: String {
        let channels = channelCount > 1 ? "/\(channelCount)" : ""
        return "\(payloadType.rawValue) \(encoding)/\(clockRate.ticksPerSecond)\(channels)"
    }

    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard words.count == 2, let payloadType = Words.payloadType(words[0]) else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), Words.isToken(parts[0]) else { return nil }
        guard let rate: UInt32 = Words.number(parts[1]), rate > 0 else { return nil }
        var channelCount = 1
        if parts.count == 3 {
            guard let count: UInt8 = Words.number(parts[2]), count > 0 else { return nil }
            channelCount = Int(count)
        }
        self.init(
            payloadType: PayloadType(payloadType), encoding: String(parts[0]), clockRate: ClockRate(rate),
            channelCount: channelCount)
    }
}
