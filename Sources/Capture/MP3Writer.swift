import Bytes
import Codecs
import Elementary
import Units

/// Writes MP3 as a stream of frames, behind one that says how long the sound is.
///
/// What is there plays, however the file ended: while that first frame says nothing yet, players count for themselves.
struct MP3Writer: Sendable {
    private var sampleRate = 0
    private var delay: Int?
    /// What the first frame was like, and with it the summary.
    private var header: MP3.Header?
    private var open: [UInt8] = []
    private var openDuration: Int64 = 0
    private var writes: [FileWrite] = []
    private var frameCount = 0
    private var byteCount = 0
    private var checksum = CRC16()
    /// Where the last sample ends, at 48 kHz.
    private var end: Int64 = 0

    /// How much sound waits to be written.
    var openFragmentDuration: Duration { .nanoseconds(openDuration * 62_500 / 3) }

    /// Announces the only track; false if it is none of MP3, or the second.
    mutating func addTrack(_ format: TrackFormat) -> Bool {
        guard delay == nil, case .mp3(let sampleRate, _, let delay) = format else { return false }
        (self.sampleRate, self.delay) = (sampleRate, delay)
        return true
    }

    /// Takes one frame; what is none is left out, as no player would find what follows it.
    mutating func append(_ sample: Sample) {
        guard let found = try? MP3.Header(parsing: sample.bytes.span), found.frameByteCount == sample.bytes.count else {
            return
        }
        if header == nil { begin(like: found) }
        open += sample.bytes
        openDuration += Int64(sample.durationTicks)
        frameCount += 1
        byteCount += sample.bytes.count
        checksum.add(sample.bytes.span)
        end = sample.decodeTicks + Int64(sample.durationTicks)
    }

    private mutating func begin(like header: MP3.Header) {
        self.header = header
        open += summary.frame(like: header) ?? []
        byteCount = open.count
    }

    /// Hands out what is open to be written.
    mutating func cutFragment() {
        guard !open.isEmpty else { return }
        writes.append(.append(open))
        open = []
        openDuration = 0
    }

    /// Puts down in the first frame what is known at last, once all else is safe.
    mutating func finish() {
        cutFragment()
        guard let header else { return }
        var told = summary
        told.close(
            frameCount: frameCount, byteCount: byteCount, checksum: checksum.value,
            soundCount: Int((end * Int64(sampleRate) + 24_000) / 48_000), of: header)
        writes.append(.sync)
        if let frame = told.frame(like: header) { writes += [.overwrite(at: 0, frame), .sync] }
    }

    mutating func nextWrite() -> FileWrite? { writes.isEmpty ? nil : writes.removeFirst() }

    /// What is said of a file that has just been begun.
    private var summary: MP3Summary { MP3Summary(delay: max(0, (delay ?? 0) - MP3.decoderDelay)) }
}
