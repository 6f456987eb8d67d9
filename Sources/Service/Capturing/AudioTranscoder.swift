import AV
import Capture
import Codecs
import Units

/// Turns one user's packets of sound into AAC packets without gaps on the channel's timeline.
struct AudioTranscoder: ~Copyable {
    let format: TrackFormat

    private var sound: AlignedSound
    private var encoder: AACEncoder
    private var block: [Int16] = []
    /// Where the next packet that leaves the encoder begins; nothing before the first block went in.
    private var position: Int64?

    init(channelCount: Int) throws(CodecError) {
        // Both are made before either is kept, since a half-made value could not be thrown away.
        let sound = try AlignedSound(channelCount: channelCount, blockSampleCount: AACEncoder.samplesPerPacket)
        let encoder = try AACEncoder(channelCount: channelCount, bitsPerSecond: channelCount == 1 ? 64_000 : 96_000)
        self.sound = sound
        self.encoder = encoder
        format = .aac(
            sampleRate: AACEncoder.sampleRate, channelCount: channelCount, configuration: self.encoder.configuration)
    }

    /// What had to be made up so far.
    var counters: SoundCounters { sound.counters }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        sound.push(frame, at: time)
        encodeBlocks()
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        sound.advance(to: now)
        encodeBlocks()
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        sound.finish(at: time)
        encodeBlocks()
        encoder.finish()
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? {
        guard let begin = position, let bytes = try? encoder.nextPacket() else { return nil }
        position = begin + Int64(AACEncoder.samplesPerPacket)
        return AudioPacket(position: begin, sampleCount: AACEncoder.samplesPerPacket, bytes: bytes)
    }

    private mutating func encodeBlocks() {
        while let begin = sound.nextBlock(into: &block) {
            position = position ?? begin
            encoder.encode(block)
        }
    }
}
