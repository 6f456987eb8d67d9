import AV
import Capture
import Codecs
import Units

/// How one user's sound gets into the file: encoded again, or kept as it came.
///
/// Takes sound of every codec, which may change at any packet; the file's format stays.
struct SoundPath: ~Copyable {
    let format: TrackFormat
    /// One of these is there.
    private var transcoder: SoundTranscoder?
    private var keeper: OpusKeeper?

    init(channelCount: Int, form: SoundForm) throws(CodecError) {
        switch form {
        case .opus:
            let keeper = OpusKeeper(channelCount: channelCount)
            format = keeper.format
            self.keeper = consume keeper
        case .aac:
            let encoder = try AACEncoder(
                channelCount: channelCount, bitsPerSecond: channelCount == 1 ? 64_000 : 96_000)
            let made = TrackFormat.aac(
                sampleRate: AACEncoder.sampleRate, channelCount: channelCount, configuration: encoder.configuration)
            let transcoder = try SoundTranscoder(
                to: encoder, timing: AACEncoder.timing, channelCount: channelCount,
                blockSampleCount: AACEncoder.samplesPerPacket)
            format = made
            self.transcoder = consume transcoder
        case .mp3(let rate):
            let encoder = try MP3Encoder(channelCount: channelCount, sampleRate: rate.rawValue)
            let timing = encoder.timing
            // 10 ms, which is a whole number of samples at every rate that there is.
            let transcoder = try SoundTranscoder(
                to: encoder, timing: timing, channelCount: channelCount, blockSampleCount: 480)
            format = .mp3(sampleRate: rate.rawValue, channelCount: channelCount, delay: timing.delay)
            self.transcoder = consume transcoder
        }
    }

    /// A path through any encoder to `format`.
    init(_ transcoder: consuming SoundTranscoder, format: TrackFormat) {
        self.format = format
        self.transcoder = consume transcoder
    }

    /// What had to be made up and left out so far.
    var counters: SoundCounters {
        switch transcoder {
        case .some(let transcoder): return transcoder.counters
        case .none: break
        }
        switch keeper {
        case .some(let keeper): return keeper.counters
        case .none: return SoundCounters()
        }
    }

    /// Why nothing more comes of it.
    var failure: CodecError? {
        switch transcoder {
        case .some(let transcoder): transcoder.failure
        case .none: nil
        }
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        transcoder?.push(frame, at: time)
        keeper?.push(frame, at: time)
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        transcoder?.advance(to: now)
        keeper?.advance(to: now)
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        transcoder?.finish(at: time)
        keeper?.finish(at: time)
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? { transcoder?.nextPacket() ?? keeper?.nextPacket() }
}
