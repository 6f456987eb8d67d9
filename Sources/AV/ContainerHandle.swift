import CFFmpeg
import Codecs

/// Owns one `AVFormatContext` that reads a file.
@safe final class ContainerHandle {
    private let handle: UnsafeMutablePointer<AVFormatContext>

    init(path: String) throws(CodecError) {
        Quiet.once()
        var opened: UnsafeMutablePointer<AVFormatContext>?
        let status = unsafe avformat_open_input(&opened, path, nil, nil)
        guard status >= 0, let made = unsafe opened else { throw .ffmpeg("open \(path)", status) }
        unsafe handle = made
        let found = unsafe avformat_find_stream_info(made, nil)
        guard found >= 0 else { throw .ffmpeg("understand \(path)", found) }
    }

    deinit {
        var handle: UnsafeMutablePointer<AVFormatContext>? = unsafe handle
        unsafe avformat_close_input(&handle)
    }

    var streamCount: Int { unsafe Int(handle.pointee.nb_streams) }

    /// A stream by its index, which must be one of the file's.
    func stream(_ index: Int) -> UnsafeMutablePointer<AVStream> {
        guard index < streamCount, let stream = unsafe handle.pointee.streams[index] else {
            preconditionFailure("the track is one of this file's")
        }
        return unsafe stream
    }

    func read(_ packet: UnsafeMutablePointer<AVPacket>) -> CInt { unsafe av_read_frame(handle, packet) }

    func rewind() throws(CodecError) {
        let status = unsafe avformat_seek_file(handle, -1, Int64.min, 0, Int64.max, AVSEEK_FLAG_BACKWARD)
        guard status >= 0 else { throw .ffmpeg("go back to the start of the file", status) }
    }

    /// The tracks of sound and pictures.
    var tracks: [MediaTrack] {
        var tracks: [MediaTrack] = []
        for index in 0..<streamCount {
            guard let parameters = unsafe stream(index).pointee.codecpar else { continue }
            let type = unsafe parameters.pointee.codec_type
            guard type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_VIDEO else { continue }
            unsafe tracks.append(
                describe(stream(index), parameters, kind: type == AVMEDIA_TYPE_AUDIO ? .audio : .video))
        }
        return tracks
    }

    private func describe(
        _ stream: UnsafeMutablePointer<AVStream>, _ parameters: UnsafeMutablePointer<AVCodecParameters>, kind: MediaKind
    ) -> MediaTrack {
        let (rate, base) = unsafe (stream.pointee.avg_frame_rate, stream.pointee.time_base)
        let ticks = unsafe stream.pointee.duration
        return unsafe MediaTrack(
            index: Int(stream.pointee.index), kind: kind, codec: Self.codec(parameters.pointee.codec_id),
            codecName: String(cString: avcodec_get_name(parameters.pointee.codec_id)),
            width: Int(parameters.pointee.width), height: Int(parameters.pointee.height),
            framesPerSecond: rate.den > 0 ? Double(rate.num) / Double(rate.den) : 0,
            hasReorderedPictures: parameters.pointee.video_delay > 0,
            rotation: Self.rotation(lathe_stream_turn(stream)),
            sampleRate: Int(parameters.pointee.sample_rate),
            channelCount: Int(parameters.pointee.ch_layout.nb_channels),
            duration: ticks == lathe_no_timestamp ? nil : .ticks(ticks, of: base))
    }

    /// A turn by so many degrees counter-clockwise; one that is no multiple of a quarter counts as none.
    private static func rotation(_ degrees: Double) -> Rotation {
        guard degrees.isFinite, degrees.magnitude <= 360 else { return .none }
        return Rotation(rawValue: (360 - Int(degrees.rounded())) % 360) ?? .none
    }

    private static func codec(_ identifier: AVCodecID) -> Codec? {
        switch identifier {
        case AV_CODEC_ID_H264: .h264
        case AV_CODEC_ID_HEVC: .h265
        case AV_CODEC_ID_VP8: .vp8
        case AV_CODEC_ID_VP9: .vp9
        case AV_CODEC_ID_AV1: .av1
        case AV_CODEC_ID_OPUS: .opus
        case AV_CODEC_ID_PCM_MULAW: .pcmu
        case AV_CODEC_ID_PCM_ALAW: .pcma
        case AV_CODEC_ID_ADPCM_G722: .g722
        case AV_CODEC_ID_AAC: .aac
        case AV_CODEC_ID_MP3: .mp3
        default: nil
        }
    }
}

extension Duration {
    /// So many ticks of one of FFmpeg's time bases, rounded down to nanoseconds.
    static func ticks(_ ticks: Int64, of base: AVRational) -> Duration {
        .nanoseconds(av_rescale_q_rnd(ticks, base, AVRational(num: 1, den: 1_000_000_000), AV_ROUND_DOWN))
    }
}
