import Codecs

extension ElementWriter {
    /// One track's description (RFC 9559 §5.1.4.1).
    mutating func trackEntry(number: Int, _ format: TrackFormat) {
        master(.trackEntry) {
            $0.element(.trackNumber, number)
            $0.element(.trackUID, number)
            $0.element(.flagLacing, 0)
            switch format {
            case .vp8(let width, let height):
                $0.element(.trackType, 1)
                $0.element(.codecID, "V_VP8")
                $0.master(.video) {
                    $0.element(.pixelWidth, max(1, width))
                    $0.element(.pixelHeight, max(1, height))
                }
            case .opus(let channelCount, let preSkip):
                $0.element(.trackType, 2)
                $0.element(.codecID, "A_OPUS")
                $0.element(.codecPrivate, Opus.header(channelCount: channelCount, preSkip: preSkip))
                $0.element(.codecDelay, preSkip * 1_000_000_000 / 48_000)
                // RFC 7845 §4.6: a decoder converges within 80 ms.
                $0.element(.seekPreRoll, 80_000_000)
                $0.master(.audio) {
                    $0.element(.samplingFrequency, 48_000.0)
                    $0.element(.channels, channelCount)
                }
            case .h264, .h265, .vp9, .av1, .aac:
                preconditionFailure("\(format.codec.rawValue) goes to MP4")
            }
        }
    }
}
