import Bytes
import Codecs

/// What a file is, whatever its name says.
public enum FileKind: String, Codable, Sendable {
    case movie = "MP4"
    case webM = "WebM or Matroska"
    case sound = "AAC with ADTS headers"
    case mp3 = "MP3"
    case transportStream = "MPEG transport stream"
    case janus = "Janus recording"
    /// `X.mp4.h264`, `X.mp4.aac`, `X.mp4.times`.
    case streams = "streams beside a take"
    case index = "index of a user's files"
    case unknown = "unknown"

    /// Looks at the beginning of a file, and at its name where that is damaged.
    init(of source: some ByteSource, named name: String) {
        let start = source.read(at: 0, count: 1024)
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            self = .webM
        } else if start.count >= 8, ["ftyp", "moov", "mdat", "free", "wide"].contains(Self.text(start[4..<8])) {
            self = .movie
        } else if start.starts(with: "MJR0".utf8) || start.starts(with: "MEETECHO".utf8) {
            self = .janus
        } else if Self.isTransportStream(start) {
            self = .transportStream
        } else if start.count >= 2, start[0] == 0xFF, start[1] & 0xF6 == 0xF0 {
            self = .sound
        } else if let header = try? MP3.Header(parsing: start.span), header.frameByteCount > 0 {
            self = .mp3
        } else {
            self = Self.named(name)
        }
    }

    /// What a name promises.
    static func named(_ name: String) -> FileKind {
        switch name.split(separator: ".").last?.lowercased() {
        case "mp4", "m4a", "mov": .movie
        case "webm", "mkv": .webM
        case "aac": .sound
        case "mp3": .mp3
        case "ts", "m2ts", "mts": .transportStream
        case "mjr": .janus
        default: .unknown
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isTransportStream(_ start: [UInt8]) -> Bool {
        [188, 192, 204].contains { stride in
            let first = stride == 192 && start.count > 4 && start[0] != 0x47 ? 4 : 0
            let places = (0..<3).map { first + $0 * stride }
            return places.allSatisfy { $0 < start.count && start[$0] == 0x47 }
        }
    }
}
