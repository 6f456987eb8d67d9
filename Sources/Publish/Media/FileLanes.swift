import AV
import Codecs
import Foundation
import Pattern
import Units

/// The pictures of a file on their way out.
final class PictureLane {
    let track: MediaTrack
    var owesKeyframe = false
    var frames: [SourceFrame] = []
    /// When the last picture is over.
    private(set) var end: Duration = .zero
    private let codec: Codec
    private let bitsPerSecond: Int
    private let framesPerSecond: Int
    private var encoder: EncoderSlot?

    init(_ track: MediaTrack, _ settings: FileSettings) {
        self.track = track
        codec = settings.videoCodec
        bitsPerSecond = settings.bitsPerSecond
        // Files that do not say, or say something odd, are taken for film from a camera.
        let rate = track.framesPerSecond.rounded()
        framesPerSecond = rate >= 1 && rate <= 120 ? Int(rate) : 30
    }

    func pass(_ packet: MediaPacket, due: Duration) {
        append(
            Frame(
                codec: codec, ticks: Self.ticks(due), isKeyframe: packet.isKeyframe, bytes: packet.bytes,
                arrival: Instant(nanoseconds: 0)),
            due: due)
    }

    func encode(_ picture: Picture, due: Duration) throws(CodecError) {
        let slot = try slot(for: picture)
        let ticks = Self.ticks(due)
        guard let frame = try slot.encoder.encode(picture, ticks: ticks, forcingKeyframe: owesKeyframe) else { return }
        if frame.isKeyframe { owesKeyframe = false }
        append(frame, due: due)
    }

    private func append(_ frame: Frame, due: Duration) {
        frames.append(SourceFrame(frame: frame, due: due))
        end = max(end, due + .nanoseconds(1_000_000_000 / Int64(framesPerSecond)))
    }

    /// The encoder for pictures of this size; a new one if the size has changed.
    private func slot(for picture: Picture) throws(CodecError) -> EncoderSlot {
        if let encoder, encoder.size == PictureSize(width: picture.width, height: picture.height) { return encoder }
        let made = try EncoderSlot(
            VideoEncoder.Settings(
                codec: codec, width: picture.width, height: picture.height, framesPerSecond: framesPerSecond,
                bitsPerSecond: bitsPerSecond))
        encoder = made
        return made
    }

    private static func ticks(_ due: Duration) -> Int64 {
        ChannelTime(nanoseconds: due.wholeNanoseconds).ticks(at: .video)
    }
}

/// The sound of a file on its way out.
final class SoundLane {
    /// Times closer than this to the count of samples, 2 ms, are a container's rounding.
    private static let tolerance: Int64 = 96
    /// More silence than this is not encoded but skipped: 10 s.
    private static let longestSilence: Int64 = 480_000

    let channelCount: Int
    var frames: [SourceFrame] = []
    /// When the last packet is over.
    var end: Duration { .nanoseconds(place * 62_500 / 3) }
    private let codec: Codec
    private let encoder: SoundEncoder
    private var pending: [Int16] = []
    /// Where the next packet starts, in samples.
    private var place: Int64 = 0
    private var hasStarted = false

    init(_ track: MediaTrack, codec: Codec) throws(CodecError) {
        channelCount = track.channelCount >= 2 ? 2 : 1
        self.codec = codec
        encoder = try SoundEncoder(codec, channelCount: channelCount, hasPauses: false)
    }

    func pass(_ packet: MediaPacket, due: Duration) {
        guard let count = Opus.sampleCount(of: packet.bytes) else { return }
        // The file says when what comes out of the decoder is heard; a live sender says when that which comes
        // out a lookahead later went in.
        let sent = Self.place(due) + Int64(Opus.usualPreSkip)
        if !hasStarted || abs(sent - place) > Self.tolerance { place = sent }
        hasStarted = true
        append(
            Frame(
                codec: codec, ticks: place, isKeyframe: true, bytes: packet.bytes, arrival: Instant(nanoseconds: 0)),
            count: count)
    }

    func encode(_ samples: [Int16], due: Duration) throws(CodecError) {
        pending += samples[align(to: Self.place(due), sampleCount: samples.count)...]
        let perPacket = SoundEncoder.samplesPerPacket * channelCount
        var start = 0
        while pending.count - start >= perPacket {
            let frame = try encoder.encode(Array(pending[start..<start + perPacket]), at: place)
            append(frame, count: SoundEncoder.samplesPerPacket)
            start += perPacket
        }
        pending.removeFirst(start)
    }

    /// Makes what is pending end where new samples begin, or says from which of their indices on they are new.
    private func align(to start: Int64, sampleCount: Int) -> Int {
        defer { hasStarted = true }
        let stray = start - place - Int64(pending.count / channelCount)
        if hasStarted, abs(stray) <= Self.tolerance { return 0 }
        if hasStarted, stray < 0 { return min(Int(-stray) * channelCount, sampleCount) }
        if hasStarted, stray <= Self.longestSilence {
            pending += [Int16](repeating: 0, count: Int(stray) * channelCount)
        } else {
            pending.removeAll()
            place = start
        }
        return 0
    }

    private func append(_ frame: Frame?, count: Int) {
        if let frame { frames.append(SourceFrame(frame: frame, due: .nanoseconds(place * 62_500 / 3))) }
        place += Int64(count)
    }

    private static func place(_ due: Duration) -> Int64 {
        ChannelTime(nanoseconds: due.wholeNanoseconds).ticks(at: .opus)
    }
}
