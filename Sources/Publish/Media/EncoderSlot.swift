import AV
import Codecs

/// Holds an encoder, which is not copyable, where it may be missing or replaced.
final class EncoderSlot {
    let codec: Codec
    let size: PictureSize
    var encoder: VideoEncoder

    init(_ settings: VideoEncoder.Settings) throws(CodecError) {
        encoder = try VideoEncoder(settings)
        codec = settings.codec
        size = PictureSize(width: settings.width, height: settings.height)
    }
}
