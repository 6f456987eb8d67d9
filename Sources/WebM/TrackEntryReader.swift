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
            if field.id == .pixelWidth { track.width = reader.unsigned(field) ?? 0 }
            if field.id == .pixelHeight { track.height = reader.unsigned(field) ?? 0 }
        }
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
        case "A_OPUS":
            // RFC 7845 §5.1: the pre-skip is little-endian.
            let head = track.codecPrivate
            guard head.count >= 12 else { return nil }
            return .opus(channelCount: Int(head[9]), preSkip: Int(head[10]) | Int(head[11]) << 8)
        default: return nil
        }
    }
}
