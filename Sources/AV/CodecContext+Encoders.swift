import CFFmpeg
import Codecs

extension CodecContext {
    /// An open encoder of pictures: fast, at a steady rate, on one thread.
    static func encoder(_ settings: VideoEncoder.Settings) throws(CodecError) -> CodecContext {
        let context = try CodecContext(encoder: encoderName(settings.codec))
        unsafe context.handle.pointee.width = CInt(settings.width)
        unsafe context.handle.pointee.height = CInt(settings.height)
        unsafe context.handle.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        unsafe context.handle.pointee.time_base = AVRational(num: 1, den: CInt(settings.framesPerSecond))
        unsafe context.handle.pointee.framerate = AVRational(num: CInt(settings.framesPerSecond), den: 1)
        unsafe context.handle.pointee.gop_size = CInt(settings.keyframeInterval)
        unsafe context.handle.pointee.max_b_frames = 0
        unsafe context.handle.pointee.thread_count = 1
        unsafe context.handle.pointee.bit_rate = Int64(settings.bitsPerSecond)
        unsafe context.handle.pointee.rc_max_rate = Int64(settings.bitsPerSecond)
        // Half a second of the rate: a keyframe may borrow that much and no more.
        unsafe context.handle.pointee.rc_buffer_size = CInt(settings.bitsPerSecond / 2)
        switch settings.codec {
        case .h264: try context.setUpH264(settings)
        case .h265: try context.setUpH265(settings)
        case .vp8, .vp9: try context.setUpVPX(settings)
        case .av1: try context.setUpAV1(settings)
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3: preconditionFailure("pictures need a video codec")
        }
        try context.open()
        return context
    }

    private static func encoderName(_ codec: Codec) -> String {
        switch codec {
        case .h264: "libx264"
        case .h265: "libx265"
        case .vp8: "libvpx"
        case .vp9: "libvpx-vp9"
        case .av1: "libaom-av1"
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3: codec.rawValue
        }
    }

    private func setUpH264(_ settings: VideoEncoder.Settings) throws(CodecError) {
        try set("preset", "ultrafast")
        try set("forced-idr", "1")
        guard settings.reorderedPictureCount > 0 else {
            try set("tune", "zerolatency")
            try set("profile", "baseline")
            return
        }
        unsafe handle.pointee.max_b_frames = CInt(settings.reorderedPictureCount)
        try set("profile", "main")
        // As many B-pictures as may be, always: what comes out is foreseeable, and nothing waits for a decision.
        try set("b_strategy", "0")
        try set("x264-params", "rc-lookahead=0:sync-lookahead=0:scenecut=0:b-pyramid=none")
    }

    private func setUpH265(_ settings: VideoEncoder.Settings) throws(CodecError) {
        try set("preset", "ultrafast")
        try set("tune", "zerolatency")
        try set("forced-idr", "1")
        // Sets of parameters before each keyframe, as nothing else brings them; no words on standard error.
        var parameters = "repeat-headers=1:info=0:log-level=none:pools=none:frame-threads=1:scenecut=0:open-gop=0"
        let count = settings.reorderedPictureCount
        if count > 0 {
            unsafe handle.pointee.max_b_frames = CInt(count)
            parameters += ":bframes=\(count):b-adapt=0:b-pyramid=0:rc-lookahead=\(count + 1)"
        }
        try set("x265-params", parameters)
    }

    private func setUpVPX(_ settings: VideoEncoder.Settings) throws(CodecError) {
        unsafe handle.pointee.rc_min_rate = Int64(settings.bitsPerSecond)
        try set("deadline", "realtime")
        // From 5 on, VP9 decides by rules of thumb that leave some changed blocks of a still picture as they were, in
        // libvpx 1.12.
        try set("cpu-used", settings.codec == .vp9 ? "4" : "8")
        try set("lag-in-frames", "0")
    }

    private func setUpAV1(_ settings: VideoEncoder.Settings) throws(CodecError) {
        unsafe handle.pointee.rc_min_rate = Int64(settings.bitsPerSecond)
        try set("usage", "realtime")
        // Faster ones overlook that a block of a still picture has changed: libaom 3.6 leaves a white one black.
        try set("cpu-used", "6")
        try set("lag-in-frames", "0")
    }
}
