/// What must be known of G.711 to carry it: how long a packet lasts (RFC 3551 §4.5.14).
public enum G711 {
    /// One octet a sample, for both laws.
    public static let sampleRate = 8000

    /// How long a packet lasts, in ticks of its RTP clock.
    public static func tickCount(of packet: [UInt8]) -> Int { packet.count }
}

/// What must be known of G.722 at 64 kbit/s to carry it: how long a packet lasts (RFC 3551 §4.5.2).
public enum G722 {
    /// Each octet encodes two samples.
    public static let sampleRate = 16_000

    /// How long a packet lasts, in ticks of its RTP clock, which counts 8,000 a second by an old mistake.
    public static func tickCount(of packet: [UInt8]) -> Int { packet.count }
}
