import CFFmpeg
import Pattern

/// Copies decoded frames into pictures.
enum PictureConversion {
    /// The frame as a 4:2:0 picture, converted if it is anything else.
    static func picture(of frame: borrowing FrameBuffer) throws(CodecError) -> Picture {
        let raw = unsafe frame.handle
        let (width, height) = unsafe (raw.pointee.width, raw.pointee.height)
        guard width > 0, height > 0 else { throw CodecError("copy a picture", reason: "none was decoded") }
        let format = unsafe AVPixelFormat(rawValue: raw.pointee.format)
        let scaler = unsafe sws_getContext(
            width, height, format, width, height, AV_PIX_FMT_YUV420P, SWS_POINT, nil, nil, nil)
        guard let scaler = unsafe scaler else {
            throw CodecError("copy a picture", reason: "pixel format \(format.rawValue) is unknown")
        }
        defer { unsafe sws_freeContext(scaler) }
        var picture = Picture(width: Int(width), height: Int(height))
        let chromaWidth = CInt(picture.chromaWidth)
        let source = unsafe UnsafeMutableRawPointer(raw.pointee.extended_data)?.assumingMemoryBound(
            to: UnsafePointer<UInt8>?.self)
        let status = unsafe picture.luma.withUnsafeMutableBufferPointer { luma in
            unsafe picture.blue.withUnsafeMutableBufferPointer { blue in
                unsafe picture.red.withUnsafeMutableBufferPointer { red in
                    let planes = unsafe [luma.baseAddress, blue.baseAddress, red.baseAddress, nil]
                    return unsafe sws_scale(
                        scaler, source, &raw.pointee.linesize.0, 0, height, planes,
                        [width, chromaWidth, chromaWidth, 0])
                }
            }
        }
        guard status >= 0 else { throw .ffmpeg("copy a picture", status) }
        return picture
    }
}
