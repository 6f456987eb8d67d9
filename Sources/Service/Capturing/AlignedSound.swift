import AV
import Capture
import Codecs
import Units

/// One user's sound, decoded and laid on the channel's timeline without gaps, in blocks of equal length.
struct AlignedSound: ~Copyable {
    /// How many channels its samples have, whatever the packets have.
    var channelCount: Int { aligner.channelCount }

    private var decoder: SoundDecoder
    private var aligner: AudioAligner

    init(channelCount: Int, blockSampleCount: Int) throws(CodecError) {
        decoder = try SoundDecoder(channelCount: channelCount)
        aligner = AudioAligner(channelCount: channelCount, blockSampleCount: blockSampleCount)
    }

    /// What had to be made up so far.
    var counters: SoundCounters {
        var counters = decoder.counters
        counters.silentSampleCount = aligner.silentSampleCount
        counters.cutSampleCount = aligner.cutSampleCount
        return counters
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) { decoder.push(frame, at: time, into: &aligner) }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) { aligner.advance(to: now) }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) { aligner.finish(at: time) }

    /// Takes the next whole block into `block`, and says at which position it begins.
    mutating func nextBlock(into block: inout [Int16]) -> Int64? { aligner.nextBlock(into: &block) }
}
