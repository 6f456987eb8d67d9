import Bytes
import Codecs
import Units

/// Writes AAC as a stream of packets, each behind a header that says all of it (ADTS, ISO/IEC 14496-3 §1.A.3.2).
///
/// Such a file has no index and no times: what is there plays, however it ended.
struct ADTSWriter: Sendable {
    /// A header without checksum.
    private static let headerByteCount = 7
    /// What the header's 13 bits can count.
    private static let longestPacket = 8_191

    /// The bits of the header that say what the stream is.
    private var stream: (objectType: UInt8, frequencyIndex: UInt8, channelConfiguration: UInt8) = (2, 3, 1)
    private var open: [UInt8] = []
    private var openSampleCount: Int64 = 0
    private var writes: [FileWrite] = []

    /// How much sound waits to be written.
    var openFragmentDuration: Duration { .nanoseconds(openSampleCount * 62_500 / 3) }

    /// Announces the only track; false if it is none of AAC, or the second.
    mutating func addTrack(_ format: TrackFormat) -> Bool {
        // 5 bits of the object's type, 4 of its sampling rate, 4 of its channels (ISO/IEC 14496-3 §1.6.2.1).
        guard case .aac(_, _, let configuration) = format, configuration.count >= 2 else { return false }
        stream.objectType = configuration[0] >> 3
        stream.frequencyIndex = (configuration[0] & 7) << 1 | configuration[1] >> 7
        stream.channelConfiguration = configuration[1] >> 3 & 15
        return true
    }

    mutating func append(_ sample: Sample) {
        let count = sample.bytes.count + Self.headerByteCount
        guard count <= Self.longestPacket else { return }
        let length = UInt32(count)
        let kind = (stream.objectType - 1) << 6 | stream.frequencyIndex << 2 | stream.channelConfiguration >> 2
        // Sync word, MPEG-4, no checksum; a buffer of unknown fullness; one block.
        open += [0xFF, 0xF1, kind, (stream.channelConfiguration & 3) << 6 | UInt8(length >> 11)]
        open += [UInt8(length >> 3 & 0xFF), UInt8(length & 7) << 5 | 0x1F, 0xFC]
        open += sample.bytes
        openSampleCount += Int64(sample.durationTicks)
    }

    /// Hands out what is open to be written.
    mutating func cutFragment() {
        guard !open.isEmpty else { return }
        writes.append(.append(open))
        open = []
        openSampleCount = 0
    }

    mutating func finish() {
        cutFragment()
        if !writes.isEmpty { writes.append(.sync) }
    }

    mutating func nextWrite() -> FileWrite? { writes.isEmpty ? nil : writes.removeFirst() }
}
