import AV
import Capture
import Codecs
import Units

/// Turns one user's packets of sound into a file's, without gaps on the channel's timeline.
struct SoundTranscoder: ~Copyable {
    private var sound: AlignedSound
    private var encoder: any FileSoundEncoder & ~Copyable
    private let timing: PacketTiming
    private var block: [Int16] = []
    /// Where the first block lies; nothing before it came.
    private var start: Int64?
    private var packetCount = 0
    /// What the encoder was given no more after it had failed.
    private var unencodedSampleCount = 0
    /// Why nothing more comes out.
    private(set) var failure: CodecError?

    /// Feeds blocks of so many samples of each channel to an encoder whose packets lie as `timing` says.
    init(
        to encoder: consuming any FileSoundEncoder & ~Copyable, timing: PacketTiming, channelCount: Int,
        blockSampleCount: Int
    ) throws(CodecError) {
        let sound = try AlignedSound(channelCount: channelCount, blockSampleCount: blockSampleCount)
        self.sound = sound
        self.encoder = encoder
        self.timing = timing
    }

    /// What had to be made up and left out so far.
    var counters: SoundCounters {
        var counters = sound.counters
        counters.cutSampleCount += unencodedSampleCount
        return counters
    }

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
        do throws(CodecError) {
            if failure == nil { try encoder.finish() }
        } catch {
            failure = error
        }
    }

    /// The next packet for the file, and where what it decodes to lies.
    mutating func nextPacket() -> AudioPacket? {
        guard let start, failure == nil else { return nil }
        do throws(CodecError) {
            guard let bytes = try encoder.nextPacket() else { return nil }
            let begin = timing.position(ofPacket: packetCount)
            packetCount += 1
            let end = timing.position(ofPacket: packetCount)
            return AudioPacket(position: start + begin, sampleCount: Int(end - begin), bytes: bytes)
        } catch {
            failure = error
            return nil
        }
    }

    private mutating func encodeBlocks() {
        while let begin = sound.nextBlock(into: &block) {
            start = start ?? begin
            do throws(CodecError) {
                if failure == nil { try encoder.encode(block) }
            } catch {
                failure = error
            }
            if failure != nil { unencodedSampleCount += block.count / sound.channelCount }
        }
    }
}
