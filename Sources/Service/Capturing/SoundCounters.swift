/// What had to be made up of one user's sound, in samples at 48 kHz of one channel.
struct SoundCounters: Equatable, Sendable {
    /// What the decoder invented in place of lost packets.
    var concealedSampleCount = 0
    /// What lost packets' copies in the packets after them gave (RFC 6716 §2.1.7).
    var recoveredSampleCount = 0
    /// What the decoder made of pauses in which the sender sends nothing on purpose.
    var pauseSampleCount = 0
    /// Silence, where nothing came and nothing could be invented.
    var silentSampleCount = 0
    /// What came and is in no file: its place was already taken, or it could not be encoded.
    var cutSampleCount = 0
    /// Packets that could not be decoded, or that there is no decoder for.
    var malformedPacketCount = 0

    /// Adds what another part of the sound counted.
    mutating func add(_ other: SoundCounters) {
        concealedSampleCount += other.concealedSampleCount
        recoveredSampleCount += other.recoveredSampleCount
        pauseSampleCount += other.pauseSampleCount
        silentSampleCount += other.silentSampleCount
        cutSampleCount += other.cutSampleCount
        malformedPacketCount += other.malformedPacketCount
    }

    /// How many milliseconds so many samples last, rounded to the nearest.
    static func milliseconds(_ sampleCount: Int) -> Int { (sampleCount + 24) / 48 }
}
