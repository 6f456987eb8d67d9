import AV
import Capture
import Codecs
import Units

/// How one user's sound gets into the file: encoded again, or kept as it came.
///
/// Takes sound of every codec, which may change at any packet; the file's format stays.
struct SoundPath: ~Copyable {
    let format: TrackFormat
    /// One of these two is there.
    private var transcoder: AudioTranscoder?
    private var keeper: OpusKeeper?

    init(channelCount: Int, keepsPackets: Bool) throws(CodecError) {
        if keepsPackets {
            let keeper = OpusKeeper(channelCount: channelCount)
            format = keeper.format
            self.keeper = consume keeper
        } else {
            let transcoder = try AudioTranscoder(channelCount: channelCount)
            format = transcoder.format
            self.transcoder = consume transcoder
        }
    }

    /// What had to be made up so far.
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
