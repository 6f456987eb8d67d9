import AV
import Capture
import Codecs
import Units

/// How one user's sound gets into the file: encoded again, or kept as it came.
struct SoundPath: ~Copyable {
    let format: TrackFormat
    /// One of these two is there.
    private var transcoder: AudioTranscoder?
    private var timeline: OpusTimeline?

    init(channelCount: Int, keepsPackets: Bool) throws(CodecError) {
        if keepsPackets {
            timeline = OpusTimeline(channelCount: channelCount)
            format = .opus(channelCount: channelCount, preSkip: Opus.usualPreSkip)
        } else {
            let transcoder = try AudioTranscoder(channelCount: channelCount)
            format = transcoder.format
            self.transcoder = consume transcoder
        }
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        transcoder?.push(frame, at: time)
        timeline?.push(frame.bytes, at: time)
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        transcoder?.advance(to: now)
        timeline?.advance(to: now)
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        transcoder?.finish(at: time)
        timeline?.finish(at: time)
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? { transcoder?.nextPacket() ?? timeline?.nextPacket() }
}
