/// One packet of encoded sound on its way into a take.
public struct AudioPacket: Equatable, Sendable {
    /// Where its first sample lies: samples at 48 kHz from the channel's origin.
    public var position: Int64
    /// How many samples of one channel it decodes to.
    public var sampleCount: Int
    public var bytes: [UInt8]

    public init(position: Int64, sampleCount: Int, bytes: [UInt8]) {
        self.position = position
        self.sampleCount = sampleCount
        self.bytes = bytes
    }
}
