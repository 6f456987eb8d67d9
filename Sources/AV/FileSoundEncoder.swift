/// Encodes 48 kHz sound for files: what goes in comes out as packets that lie one directly behind the other.
public protocol FileSoundEncoder: ~Copyable {
    /// Takes interleaved samples, any number of them; take the packets they make with `nextPacket()`.
    mutating func encode(_ pcm: [Int16]) throws(CodecError)

    /// Ends the stream; the remaining packets are then there to take.
    mutating func finish() throws(CodecError)

    /// The next packet, or nothing until more samples came.
    mutating func nextPacket() throws(CodecError) -> [UInt8]?
}

/// Where an encoder's packets lie.
public struct PacketTiming: Equatable, Sendable {
    /// Of what comes out of a decoder.
    public var sampleRate: Int
    /// How many samples of one channel a packet brings out of a decoder.
    public var samplesPerPacket: Int
    /// How many of those come out before the first one that went in.
    public var delay: Int

    /// Where what a packet decodes to begins: samples at 48 kHz behind the first that went in.
    ///
    /// Packets count from 0. What only fills encoder and decoder lies at 0 as well.
    public func position(ofPacket number: Int) -> Int64 {
        max(0, Int64(number * samplesPerPacket - delay) * 48_000 / Int64(sampleRate))
    }
}
