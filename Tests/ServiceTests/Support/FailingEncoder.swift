import AV
import Codecs

@testable import Service

/// An encoder of AAC that fails with the packet of that number, and with every one behind it.
struct FailingEncoder: FileSoundEncoder, ~Copyable {
    private var encoder: AACEncoder
    private let firstFailure: Int
    private var packetCount = 0

    init(channelCount: Int, failingAt number: Int) throws(CodecError) {
        encoder = try AACEncoder(channelCount: channelCount)
        firstFailure = number
    }

    var format: TrackFormat {
        .aac(
            sampleRate: AACEncoder.sampleRate, channelCount: encoder.channelCount, configuration: encoder.configuration)
    }

    mutating func encode(_ pcm: [Int16]) { encoder.encode(pcm) }

    mutating func finish() { encoder.finish() }

    mutating func nextPacket() throws(CodecError) -> [UInt8]? {
        guard let packet = try encoder.nextPacket() else { return nil }
        guard packetCount < firstFailure else { throw CodecError("encode sound", reason: "there is no memory") }
        packetCount += 1
        return packet
    }
}

extension SoundPath {
    /// A path whose encoder fails with the packet of that number.
    init(channelCount: Int, failingAt number: Int) throws(CodecError) {
        let encoder = try FailingEncoder(channelCount: channelCount, failingAt: number)
        let format = encoder.format
        let transcoder = try SoundTranscoder(
            to: encoder, timing: AACEncoder.timing, channelCount: channelCount,
            blockSampleCount: AACEncoder.samplesPerPacket)
        self.init(transcoder, format: format)
    }
}
