import AV
import Capture
import Codecs
import Units

/// Turns one user's packets of sound into MP3 frames without gaps on the channel's timeline.
struct MP3Transcoder: ~Copyable {
    /// 10 ms, which is a whole number of samples at every rate that there is.
    private static let blockSampleCount = 480

    let format: TrackFormat

    private var sound: AlignedSound
    private var encoder: MP3Encoder
    private var block: [Int16] = []
    /// Where the first block lies; nothing before it came.
    private var start: Int64?
    private var frameCount = 0

    init(channelCount: Int, rate: MP3Rate) throws(CodecError) {
        // Both are made before either is kept, since a half-made value could not be thrown away.
        let sound = try AlignedSound(channelCount: channelCount, blockSampleCount: Self.blockSampleCount)
        let encoder = try MP3Encoder(channelCount: channelCount, sampleRate: rate.rawValue)
        format = .mp3(sampleRate: rate.rawValue, channelCount: channelCount, delay: encoder.delay)
        self.sound = sound
        self.encoder = encoder
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
        try? encoder.finish()
    }

    /// The next frame for the file, and where what comes out of a decoder with it lies.
    mutating func nextPacket() -> AudioPacket? {
        guard let start, let bytes = try? encoder.nextFrame() else { return nil }
        let (begin, end) = (place(ofFrame: frameCount), place(ofFrame: frameCount + 1))
        frameCount += 1
        return AudioPacket(position: start + begin, sampleCount: Int(end - begin), bytes: bytes)
    }

    /// At 48 kHz, from the start on; what only fills decoder and encoder lies there as well.
    private func place(ofFrame number: Int) -> Int64 {
        let sample = Int64(number * encoder.samplesPerFrame - encoder.delay)
        return max(0, sample * Int64(MP3Encoder.inputRate) / Int64(encoder.sampleRate))
    }

    private mutating func encodeBlocks() {
        while let begin = sound.nextBlock(into: &block) {
            start = start ?? begin
            try? encoder.encode(block)
        }
    }
}
