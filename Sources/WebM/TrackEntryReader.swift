import Bytes
import Codecs

/// Reads one track's description (RFC 9559 §5.1.4.1).
enum TrackEntryReader {
    static func read(_ entry: Element, _ reader: ElementReader<some ByteSource>) -> WebMTrack {
        var track = WebMTrack()
        for field in reader.elements(in: entry.body).elements {
            switch field.id {
            case .trackNumber: track.number = reader.unsigned(field) ?? 0
            case .trackType: track.kind = kind(reader.unsigned(field))
            case .codecID: track.codecID = reader.text(field) ?? ""
            case .codecPrivate: track.codecPrivate = reader.body(field) ?? []
            case .defaultDuration:
                track.defaultDurationNanoseconds = reader.unsigned(field).map { Int64(min($0, 1 << 40)) }
            case .video: readVideo(field, reader, &track)
            case .audio: readAudio(field, reader, &track)
            default: break
            }
        }
        track.format = format(track)
        return track
    }

    private static func kind(_ number: Int?) -> MediaKind? {
        switch number {
        case 1: .video
        case 2: .audio
        default: nil
        }
    }

    private static func readVideo(
        _ element: Element, _ reader: ElementReader<some ByteSource>, _ track: inout WebMTrack
    ) {
        for field in reader.elements(in: element.body).elements {
            switch field.id {
            case .pixelWidth: track.width = reader.unsigned(field) ?? 0
            case .pixelHeight: track.height = reader.unsigned(field) ?? 0
            case .colour: track.colour = readColour(field, reader)
            case .projection: track.rotation = readRotation(field, reader)
            default: break
            }
        }
    }

    private static func readColour(
        _ element: Element, _ reader: ElementReader<some ByteSource>
    ) -> ColourDescription {
        let unspecified = ColourDescription.unspecified
        var colour = ColourDescription(
            primaries: unspecified, transfer: unspecified, matrix: unspecified, isFullRange: false)
        for field in reader.elements(in: element.body).elements {
            let code = UInt8(clamping: reader.unsigned(field) ?? 0)
            switch field.id {
            case .matrixCoefficients: colour.matrix = code
            case .transferCharacteristics: colour.transfer = code
            case .primaries: colour.primaries = code
            case .range: colour.isFullRange = code == 2
            default: break
            }
        }
        return colour
    }

    private static func readRotation(_ element: Element, _ reader: ElementReader<some ByteSource>) -> Rotation? {
        var (kind, roll) = (0, 0.0)
        for field in reader.elements(in: element.body).elements {
            if field.id == .projectionType { kind = reader.unsigned(field) ?? 0 }
            if field.id == .projectionPoseRoll { roll = reader.float(field) ?? 0 }
        }
        guard kind == 0, let degrees = Int(exactly: roll), (-180...180).contains(degrees) else { return nil }
        return Rotation(rawValue: (360 - degrees) % 360)
    }

    private static func readAudio(
        _ element: Element, _ reader: ElementReader<some ByteSource>, _ track: inout WebMTrack
    ) {
        for field in reader.elements(in: element.body).elements {
            if field.id == .channels { track.channelCount = reader.unsigned(field) ?? 0 }
            if field.id == .samplingFrequency {
                track.sampleRate = Int(exactly: (reader.float(field) ?? 0).rounded()) ?? 0
            }
        }
    }

    private static func format(_ track: WebMTrack) -> TrackFormat? {
        switch track.codecID {
        case "V_VP8": return .vp8(width: track.width, height: track.height)
        case "V_VP9": return .vp9(vp9Format(track))
        case "V_AV1":
            guard let header = try? AV1.sequenceHeader(inConfiguration: track.codecPrivate) else { return nil }
            return .av1(width: track.width, height: track.height, sequenceHeader: header)
        case "A_OPUS":
            // RFC 7845 §5.1: the pre-skip is little-endian.
            let head = track.codecPrivate
            guard head.count >= 12 else { return nil }
            return .opus(channelCount: Int(head[9]), preSkip: Int(head[10]) | Int(head[11]) << 8)
        default: return nil
        }
    }

    /// From the features in `CodecPrivate`, as far as they are told.
    private static func vp9Format(_ track: WebMTrack) -> VP9Format {
        var format = VP9Format(
            size: PictureSize(width: track.width, height: track.height), profile: 0, bitDepth: 8, chromaSubsampling: 1,
            isFullRange: track.colour?.isFullRange ?? false)
        var features = track.codecPrivate[...]
        while features.count >= 3 {
            let value = Int(features[features.startIndex + 2])
            switch features[features.startIndex] {
            case 1: format.profile = value & 3
            case 3: format.bitDepth = value & 15
            case 4: format.chromaSubsampling = value & 3
            default: break
            }
            features = features.dropFirst(2 + Int(features[features.startIndex + 1]))
        }
        if let colour = track.colour { format.setColourSpace(of: colour) }
        return format
    }
}
