import CFFmpeg
import Codecs

/// What a `MediaFileReader` keeps for one track: its decoder and converters, or neither.
///
/// A class, because an array cannot hold what is not copyable; it never leaves its reader.
@safe final class Lane {
    private let choice: MediaFileReader.Choice
    private let track: MediaTrack
    private let timeBase: AVRational
    private let decoder: CodecContext?
    private let startCodes: BitstreamFilter?
    private var resampler: Resampler?

    init(
        _ choice: MediaFileReader.Choice, stream: UnsafeMutablePointer<AVStream>, track: MediaTrack, threadCount: Int
    ) throws(CodecError) {
        guard let parameters = unsafe stream.pointee.codecpar else { preconditionFailure("a stream has parameters") }
        self.choice = choice
        self.track = track
        timeBase = unsafe stream.pointee.time_base
        switch choice {
        case .packets:
            decoder = nil
            startCodes = unsafe try Self.startCodes(of: track, parameters)
        case .pictures, .sound:
            let context = unsafe try CodecContext.decoder(for: parameters)
            // Without the time base, trimmed priming samples would not move the times of what is left.
            unsafe context.handle.pointee.pkt_timebase = timeBase
            unsafe context.handle.pointee.thread_count = CInt(threadCount)
            try context.open()
            decoder = context
            startCodes = nil
        }
    }

    /// What brings NAL units to how a call sends them, parameter sets in front of each keyframe.
    private static func startCodes(
        of track: MediaTrack, _ parameters: UnsafePointer<AVCodecParameters>
    ) throws(CodecError) -> BitstreamFilter? {
        switch track.codec {
        case .h264: unsafe try BitstreamFilter("h264_mp4toannexb", parameters)
        case .h265: unsafe try BitstreamFilter("hevc_mp4toannexb", parameters)
        default: nil
        }
    }

    var isDecoding: Bool {
        switch choice {
        case .packets: false
        case .pictures, .sound: true
        }
    }

    /// The packet as an item, if packets are what was chosen.
    func pass(_ packet: borrowing PacketHolder) throws(CodecError) -> MediaFileReader.Item? {
        guard !isDecoding else { return nil }
        let stamp = unsafe packet.handle.pointee.pts
        let ticks = unsafe stamp == lathe_no_timestamp ? packet.handle.pointee.dts : stamp
        let isKeyframe = packet.isKeyframe
        var bytes = try startCodes?.filter(packet) ?? packet.bytes
        if let codec = track.codec { bytes = FrameLayout.frame(ofPacket: bytes, codec) }
        guard ticks != lathe_no_timestamp, !bytes.isEmpty else { return nil }
        return .packet(
            MediaPacket(track: track.index, time: .ticks(ticks, of: timeBase), isKeyframe: isKeyframe, bytes: bytes))
    }

    /// Hands the decoder a packet; false if it refused it.
    func send(_ packet: borrowing PacketHolder) -> Bool { unsafe send(packet.handle) }

    /// Tells the decoder that no more packets come.
    func sendEnd() { _ = unsafe send(nil) }

    private func send(_ packet: UnsafePointer<AVPacket>?) -> Bool {
        guard let handle = unsafe decoder?.handle else { return false }
        return unsafe avcodec_send_packet(handle, packet) >= 0
    }

    /// The next thing decoded, its samples converted, its picture left in `frame`.
    func take(into frame: borrowing FrameBuffer) throws(CodecError) -> MediaFileReader.Item? {
        guard let handle = unsafe decoder?.handle else { return nil }
        // A decoder's complaint about damaged data is no end: what follows may decode.
        guard unsafe avcodec_receive_frame(handle, frame.handle) >= 0 else { return nil }
        let ticks = unsafe frame.handle.pointee.best_effort_timestamp
        let time: Duration = ticks == lathe_no_timestamp ? .zero : .ticks(ticks, of: timeBase)
        switch choice {
        case .packets: return nil
        case .pictures: return .picture(track: track.index, time: time)
        case .sound(let channelCount):
            let (delay, samples) = try convert(frame, channelCount: channelCount)
            return .sound(track: track.index, time: time - delay, samples: samples)
        }
    }

    private func convert(
        _ frame: borrowing FrameBuffer, channelCount: Int
    ) throws(CodecError) -> (delay: Duration, samples: [Int16]) {
        if let resampler, resampler.fits(frame) { return try resampler.convert(frame) }
        let made = try Resampler(for: frame, channelCount: channelCount)
        resampler = made
        return try made.convert(frame)
    }

    /// Forgets the stream so far, before it is read from the start again.
    func reset() {
        if let handle = unsafe decoder?.handle { unsafe avcodec_flush_buffers(handle) }
        resampler = nil
    }
}
