import Codecs

/// The sample description of a track (`stsd`, ISO/IEC 14496-12 §8.5.2).
extension BoxWriter {
    mutating func sampleDescription(_ format: TrackFormat) {
        fullBox("stsd") {
            $0.append(UInt32(1))
            switch format {
            case .h264(let width, let height, let sequenceSets, let pictureSets):
                $0.visualEntry("avc1", width: width, height: height) {
                    $0.avcConfiguration(sequenceSets: sequenceSets, pictureSets: pictureSets)
                }
            case .aac(let sampleRate, let channelCount, let configuration):
                $0.audioEntry("mp4a", sampleRate: sampleRate, channelCount: channelCount) {
                    $0.elementaryStream(configuration)
                }
            case .opus(let channelCount, let preSkip):
                $0.audioEntry("Opus", sampleRate: 48_000, channelCount: channelCount) {
                    $0.opusConfiguration(channelCount: channelCount, preSkip: preSkip)
                }
            case .h265, .vp8, .vp9, .av1:
                preconditionFailure("\(format.codec.rawValue) does not go to MP4")
            }
        }
    }

    /// ISO/IEC 14496-12 §12.1.3: 72 dots an inch, one frame a sample, 24 bits deep.
    private mutating func visualEntry(
        _ type: FourCC, width: Int, height: Int, _ configuration: (inout BoxWriter) -> Void
    ) {
        box(type) {
            $0.appendZeros(6)
            $0.append(UInt16(1))
            $0.appendZeros(16)
            $0.append(UInt16(clamping: width))
            $0.append(UInt16(clamping: height))
            $0.append(UInt32(0x48_0000))
            $0.append(UInt32(0x48_0000))
            $0.appendZeros(4)
            $0.append(UInt16(1))
            $0.appendZeros(32)
            $0.append(UInt16(24))
            $0.append(UInt16.max)
            configuration(&$0)
        }
    }

    /// ISO/IEC 14496-12 §12.2.3; a rate that 16 bits cannot hold is left to the codec's configuration.
    private mutating func audioEntry(
        _ type: FourCC, sampleRate: Int, channelCount: Int, _ configuration: (inout BoxWriter) -> Void
    ) {
        box(type) {
            $0.appendZeros(6)
            $0.append(UInt16(1))
            $0.appendZeros(8)
            $0.append(UInt16(clamping: channelCount))
            $0.append(UInt16(16))
            $0.appendZeros(4)
            $0.append(UInt32(UInt16(exactly: sampleRate) ?? 0) << 16)
            configuration(&$0)
        }
    }

    /// `esds` (ISO/IEC 14496-14 §5.6): descriptors inside each other, each length in one byte.
    private mutating func elementaryStream(_ configuration: [UInt8]) {
        let specific = Array(configuration.prefix(64))
        let decoder: [UInt8] =
            [0x40, 0x15] + [UInt8](repeating: 0, count: 11) + [0x05, UInt8(specific.count)] + specific
        let stream: [UInt8] = [0, 0, 0, 0x04, UInt8(decoder.count)] + decoder + [0x06, 1, 2]
        fullBox("esds") { $0.append([0x03, UInt8(stream.count)] + stream) }
    }

    /// `dOps`, as "Encapsulation of Opus in ISO Base Media File Format" §4.3.2 lays it out.
    private mutating func opusConfiguration(channelCount: Int, preSkip: Int) {
        box("dOps") {
            $0.append(UInt8(0))
            $0.append(UInt8(clamping: channelCount))
            $0.append(UInt16(clamping: preSkip))
            $0.append(UInt32(48_000))
            $0.append(UInt16(0))
            $0.append(UInt8(0))
        }
    }

    /// `avcC` (ISO/IEC 14496-15 §5.3.3.1).
    ///
    /// Where the parameter sets make no record, one without sets stands in, and a decoder takes those
    /// in the stream.
    private mutating func avcConfiguration(sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) {
        let sets = H264.ParameterSets(sequence: sequenceSets, picture: pictureSets)
        box("avcC") { $0.append(H264.configurationRecord(of: sets) ?? [1, 66, 0, 30, 0xFF, 0xE0, 0]) }
    }
}
