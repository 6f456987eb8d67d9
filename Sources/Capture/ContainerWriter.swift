import Bytes
import Codecs
import MP4
import Units
import WebM

/// The writer of any container, with one face.
///
/// Beside each other rather than in an enum, so that changing one in place copies nothing.
struct ContainerWriter: Sendable {
    private var mp4: HybridMP4Writer?
    private var webm: WebMWriter?
    private var adts: ADTSWriter?
    private var mp3: MP3Writer?
    private var transport: TransportStreamWriter?

    init(_ container: Container, createdAtUnixMilliseconds creation: Int64) {
        switch container {
        case .mp4, .m4a: mp4 = HybridMP4Writer(createdAtUnixMilliseconds: creation)
        case .webm: webm = WebMWriter(createdAtUnixMilliseconds: creation)
        case .aac: adts = ADTSWriter()
        case .mp3: mp3 = MP3Writer()
        case .ts: transport = TransportStreamWriter()
        }
    }

    var openFragmentDuration: Duration {
        mp4?.openFragmentDuration ?? webm?.openFragmentDuration ?? adts?.openFragmentDuration
            ?? mp3?.openFragmentDuration ?? transport?.openFragmentDuration ?? .zero
    }

    /// Announces a track, whose pictures players turn clockwise; nothing if the file has no room for it any more.
    mutating func addTrack(_ format: TrackFormat, timescale: ClockRate, rotation: Rotation = .none) -> Int? {
        if let isAdded = adts?.addTrack(format) ?? mp3?.addTrack(format) { return isAdded ? 0 : nil }
        if transport != nil { return transport?.addTrack(format, timescale: timescale) }
        guard mp4?.hasRoom(for: format) ?? webm?.hasRoom(for: format) ?? false else { return nil }
        return mp4?.addTrack(format, timescale: timescale, rotation: rotation)
            ?? webm?.addTrack(format, timescale: timescale, rotation: rotation)
    }

    /// Says what a track's samples are from the next one appended on; false if that takes a new file.
    mutating func changeFormat(_ format: TrackFormat, track: Int) -> Bool {
        mp4?.changeFormat(format, track: track) ?? webm?.changeFormat(format, track: track)
            // Parameter sets are in the stream.
            ?? (transport != nil)
    }

    mutating func append(_ sample: Sample, track: Int) {
        mp4?.append(sample, track: track)
        webm?.append(sample, track: track)
        adts?.append(sample)
        mp3?.append(sample)
        transport?.append(sample, track: track)
    }

    /// The last sample of a track lasts until `ticks` after all.
    mutating func holdLast(track: Int, until ticks: Int64) {
        mp4?.holdLast(track: track, until: ticks)
        webm?.holdLast(track: track, until: ticks)
    }

    mutating func cutFragment() {
        mp4?.cutFragment()
        webm?.cutFragment()
        adts?.cutFragment()
        mp3?.cutFragment()
        transport?.cutFragment()
    }

    mutating func finish() {
        mp4?.finish()
        webm?.finish()
        adts?.finish()
        mp3?.finish()
        transport?.finish()
    }

    mutating func nextWrite() -> FileWrite? {
        mp4?.nextWrite() ?? webm?.nextWrite() ?? adts?.nextWrite() ?? mp3?.nextWrite() ?? transport?.nextWrite()
    }
}
