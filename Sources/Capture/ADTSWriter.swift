import Bytes
import Codecs
import Units

/// Writes AAC as a stream of packets, each behind a header that says all of it.
///
/// Such a file has no index and no times: what is there plays, however it ended.
struct ADTSWriter: Sendable {
    private var header: ADTSHeader?
    private var open: [UInt8] = []
    private var openSampleCount: Int64 = 0
    private var writes: [FileWrite] = []

    /// How much sound waits to be written.
    var openFragmentDuration: Duration { .nanoseconds(openSampleCount * 62_500 / 3) }

    /// Announces the only track; false if it is none of AAC, or the second.
    mutating func addTrack(_ format: TrackFormat) -> Bool {
        header = ADTSHeader(format)
        return header != nil
    }

    mutating func append(_ sample: Sample) {
        guard let header = header?.bytes(before: sample.bytes.count) else { return }
        open += header
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
