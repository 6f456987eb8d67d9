import AV
import Capture
import Codecs
import Units

/// Lays one user's Opus packets on the channel's timeline as they came, and encodes other sound to Opus.
///
/// G.711 and G.722 have no place in the containers, so a sender that changes to one of them is encoded
/// again for as long as that lasts.
struct OpusKeeper: ~Copyable {
    /// Telephone sound is speech of at most 7 kHz, for which this is plenty.
    private static let telephoneBitsPerSecond = 40_000

    /// What encodes telephone sound.
    private struct Converter: ~Copyable {
        var sound: AlignedSound
        var encoder: OpusEncoder

        init(channelCount: Int) throws(CodecError) {
            var settings = OpusEncoder.Settings(channelCount: channelCount, bitsPerSecond: telephoneBitsPerSecond)
            settings.isVoice = true
            let sound = try AlignedSound(
                channelCount: channelCount, blockSampleCount: OpusEncoder.samplesPerPacket)
            let encoder = try OpusEncoder(settings)
            self.sound = sound
            self.encoder = encoder
        }

        /// What could not be encoded.
        private var unencodedSampleCount = 0

        var counters: SoundCounters {
            var counters = sound.counters
            counters.cutSampleCount += unencodedSampleCount
            return counters
        }

        /// The next packet, and where it lies; one that cannot be encoded is skipped.
        mutating func nextPacket(_ block: inout [Int16]) -> (position: Int64, bytes: [UInt8])? {
            while let position = sound.nextBlock(into: &block) {
                if let bytes = try? encoder.encode(block) { return (position, bytes) }
                unencodedSampleCount += OpusEncoder.samplesPerPacket
            }
            return nil
        }
    }

    let format: TrackFormat

    private let channelCount: Int
    private var timeline: OpusTimeline
    private var converter: Converter?
    /// What converters counted that are not there any more.
    private var pastCounters = SoundCounters()
    private var block: [Int16] = []

    init(channelCount: Int) {
        self.channelCount = channelCount
        timeline = OpusTimeline(channelCount: channelCount)
        format = .opus(channelCount: channelCount, preSkip: Opus.usualPreSkip)
    }

    /// What had to be made up and left out so far; what lost Opus packets become is up to whoever plays the file.
    var counters: SoundCounters {
        var counters = pastCounters
        counters.add(converterCounters)
        counters.silentSampleCount += timeline.silentPacketCount * OpusEncoder.samplesPerPacket
        counters.cutSampleCount += timeline.cutSampleCount
        counters.malformedPacketCount += timeline.malformedPacketCount
        return counters
    }

    /// Takes a packet whose first sample was captured at `time`.
    mutating func push(_ frame: Frame, at time: ChannelTime) {
        if frame.codec == .opus {
            endConversion()
            timeline.push(frame.bytes, at: time)
        } else {
            convert(frame, at: time)
        }
    }

    /// Makes silence where nothing came.
    mutating func advance(to now: ChannelTime) {
        if converter == nil {
            timeline.advance(to: now)
        } else {
            converter?.sound.advance(to: now)
            encodeBlocks()
        }
    }

    /// Ends the sound at `time`.
    mutating func finish(at time: ChannelTime) {
        converter?.sound.finish(at: time)
        encodeBlocks()
        timeline.finish(at: time)
    }

    /// The next packet for the file.
    mutating func nextPacket() -> AudioPacket? { timeline.nextPacket() }

    private var converterCounters: SoundCounters {
        switch converter {
        case .some(let converter): converter.counters
        case .none: SoundCounters()
        }
    }

    private mutating func convert(_ frame: Frame, at time: ChannelTime) {
        if converter == nil { converter = try? Converter(channelCount: channelCount) }
        guard converter != nil else {
            pastCounters.malformedPacketCount += 1
            return
        }
        converter?.sound.push(frame, at: time)
        encodeBlocks()
    }

    /// The less than a packet that was not encoded yet gives way to what comes.
    private mutating func endConversion() {
        pastCounters.add(converterCounters)
        converter = nil
    }

    private mutating func encodeBlocks() {
        while let (position, packet) = converter?.nextPacket(&block) {
            timeline.push(packet, at: ChannelTime(audioPosition: position))
        }
    }
}
