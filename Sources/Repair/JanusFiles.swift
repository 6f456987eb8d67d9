import Codecs
import Foundation
import MJR
import Storage

/// What a Janus recording says of itself, in the JSON at its head.
struct JanusDescription: Decodable, Equatable, Sendable {
    /// `a`, `v` or `d`: sound, pictures, data.
    var t: String
    /// The codec.
    var c: String
    /// Header extensions by their number.
    var x: [String: String]?
    /// When the first packet was written, in microseconds since 1970.
    var u: Int64?
    /// When the file was made, likewise.
    var s: Int64?
    /// The payload type of redundant sound (RFC 2198).
    var or: Int?
    /// Whether the payloads are encrypted from end to end.
    var e: Bool?

    /// What the packets are, if it is something that we know.
    var codec: Codec? { Codec(rawValue: c.lowercased()) }

    /// The number of the extension that says how a camera is held (3GPP TS 26.114 §7.4.5).
    var orientationExtension: UInt8? {
        x?.first { $0.value.contains("video-orientation") }.flatMap { UInt8($0.key) }
    }
}

/// Finds the recordings that belong to one user.
enum JanusFiles {
    /// The recording of sound and that of pictures that were made together, one of which is `file`.
    ///
    /// Janus calls them `NAME-audio-0.mjr` and `NAME-video-1.mjr`, before version 1.0 `NAME-audio.mjr` and
    /// `NAME-video.mjr`.
    static func group(of file: FilePath) -> [FilePath] {
        guard let parts = parts(file.name) else { return [file] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: file.directory)) ?? []
        let together = names.filter { self.parts($0)?.stem == parts.stem }
        let ordered = { (kind: String) in
            together.compactMap { name in self.parts(name).map { (name, $0) } }.filter { $0.1.kind == kind }
                .sorted { ($0.1.number, $0.0) < ($1.1.number, $1.0) }.map(\.0)
        }
        let (sounds, pictures) = (ordered("audio"), ordered("video"))
        for index in 0..<max(sounds.count, pictures.count) {
            let pair = [sounds, pictures].compactMap { $0.indices.contains(index) ? $0[index] : nil }
            if pair.contains(file.name) { return pair.map { file.sibling($0) } }
        }
        return [file]
    }

    /// What both files' names have in common: that of the file which is made of them.
    static func stem(of file: FilePath) -> String { parts(file.name)?.stem ?? file.stem }

    private static func parts(_ name: String) -> (stem: String, kind: String, number: Int)? {
        guard let match = name.wholeMatch(of: /(.+)-(audio|video)(?:-(\d{1,6}))?\.mjr/) else { return nil }
        return (String(match.output.1), String(match.output.2), match.output.3.flatMap { Int($0) } ?? 0)
    }
}
