import Codecs

extension ElementWriter {
    /// One track's description (RFC 9559 §5.1.4.1).
    mutating func trackEntry(number: Int, _ format: TrackFormat, _ rotation: Rotation) {
        master(.trackEntry) {
            $0.element(.trackNumber, number)
            $0.element(.trackUID, number)
            $0.element(.flagLacing, 0)
            $0.element(.trackType, format.codec.kind == .video ? 1 : 2)
            switch format {
            case .vp8:
                $0.element(.codecID, "V_VP8")
                $0.video(format, rotation)
            case .vp9(let stream):
                $0.element(.codecID, "V_VP9")
                $0.element(.codecPrivate, stream.features)
                $0.video(format, rotation)
            case .av1(_, _, let header):
                $0.element(.codecID, "V_AV1")
                if let record = AV1.configurationRecord(sequenceHeader: header) { $0.element(.codecPrivate, record) }
                $0.video(format, rotation)
            case .opus(let channelCount, let preSkip):
                $0.element(.codecID, "A_OPUS")
                $0.element(.codecPrivate, Opus.header(channelCount: channelCount, preSkip: preSkip))
                $0.element(.codecDelay, preSkip * 1_000_000_000 / 48_000)
                // RFC 7845 §4.6: a decoder converges within 80 ms.
                $0.element(.seekPreRoll, 80_000_000)
                $0.master(.audio) {
                    $0.element(.samplingFrequency, 48_000.0)
                    $0.element(.channels, channelCount)
                }
            case .h264, .h265, .aac, .mp3:
                preconditionFailure("\(format.codec.rawValue) goes elsewhere")
            }
        }
    }

    /// RFC 9559 §5.1.4.1.28.
    private mutating func video(_ format: TrackFormat, _ rotation: Rotation) {
        let size = format.pictureSize ?? PictureSize(width: 0, height: 0)
        master(.video) {
            $0.element(.pixelWidth, max(1, size.width))
            $0.element(.pixelHeight, max(1, size.height))
            if let colour = format.colour { $0.colour(colour) }
            if rotation != .none { $0.projection(rotation) }
        }
    }

    /// RFC 9559 §5.1.4.1.28.16: code points of ITU-T H.273; a range of 1 leaves room at both ends, 2 does not.
    private mutating func colour(_ colour: ColourDescription) {
        master(.colour) {
            $0.element(.matrixCoefficients, Int(colour.matrix))
            $0.element(.range, colour.isFullRange ? 2 : 1)
            $0.element(.transferCharacteristics, Int(colour.transfer))
            $0.element(.primaries, Int(colour.primaries))
        }
    }

    /// RFC 9559 §5.1.4.1.28.41: a flat picture, rolled counter-clockwise by so many degrees.
    private mutating func projection(_ rotation: Rotation) {
        let roll = rotation.rawValue > 180 ? 360 - rotation.rawValue : -rotation.rawValue
        master(.projection) {
            $0.element(.projectionType, 0)
            $0.element(.projectionPoseRoll, Double(roll))
        }
    }
}

extension VP9Format {
    /// What WebM's `CodecPrivate` tells of VP9: features, each an identifier, a length and a value ("VP9 Codec Feature
    /// Metadata", WebM container guidelines).
    fileprivate var features: [UInt8] {
        [1, 1, UInt8(profile & 3), 2, 1, UInt8(level), 3, 1, UInt8(bitDepth & 15), 4, 1, UInt8(chromaSubsampling & 3)]
    }
}
