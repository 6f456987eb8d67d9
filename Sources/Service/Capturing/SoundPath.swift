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
    private var transcoder: AudioTranscoder?
    private var mp3: MP3Transcoder?
    private var keeper: OpusKeeper?

    init(channelCount: Int, form: SoundForm) throws(CodecError) {
        switch form {
        case .opus:
            let keeper = OpusKeeper(channelCount: channelCount)
            format = keeper.format
            self.keeper = consume keeper
        case .aac:
            let transcoder = try AudioTranscoder(channelCount: channelCount)
            format = transcoder.format
            self.transcoder = consume transcoder
        case .mp3(let rate):
            let mp3 = try MP3Transcoder(channelCount: channelCount, rate: rate)
            format = mp3.format
            self.mp3 = consume mp3
        }
    }

    /// What had to be made up so far.
    var counters: SoundCounters {
        switch transcoder {
        case .some(let transcoder): return transcoder.counters
        case .none: break
        }
        switch mp3 {
        case .some(let mp3): return mp3.counters
        case .none: break
        }
        switch keeper {
        case .some(let keeper): return keeper.counters
        case .none: return SoundCounters()
        }
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        transcoder?.push(frame, at: time)
        mp3?.push(frame, at: time)
        keeper?.push(frame, at: time)
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        transcoder?.advance(to: now)
        mp3?.advance(to: now)
        keeper?.advance(to: now)
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        transcoder?.finish(at: time)
        mp3?.finish(at: time)
        keeper?.finish(at: time)
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? { transcoder?.nextPacket() ?? mp3?.nextPacket() ?? keeper?.nextPacket() }
}
