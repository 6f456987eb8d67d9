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
///
/// Janus calls them `NAME-audio-0.mjr` and `NAME-video-1.mjr`, before version 1.0 `NAME-audio.mjr` and `NAME-video.mjr`.
/// The name of a VideoRoom's ends in when it was made, some microseconds apart.
enum JanusFiles {
    /// Two recordings of one user that were begun within so many microseconds belong together.
    private static let agreement: Int64 = 5_000_000

    private struct Parts {
        var name: String
        /// All before `-audio` or `-video`.
        var stem: String
        /// That without the moment at its end.
        var user: Substring
        var isSound: Bool
        /// When it was made, in microseconds; nothing if the name does not say.
        var microseconds: Int64?
        var number: Int
    }

    /// The recording of sound and that of pictures that were made together, one of which is `file`.
    static func group(of file: FilePath) -> [FilePath] {
        guard let own = parts(file.name) else { return [file] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: file.directory)) ?? []
        let all = names.compactMap { parts($0) }.filter { $0.user == own.user }
        // Pairs are found from the side of the pictures, so that both files have the same partner.
        var sounds = all.filter(\.isSound).sorted { ($0.number, $0.name) < ($1.number, $1.name) }
        for picture in all.filter({ !$0.isSound }).sorted(by: { ($0.number, $0.name) < ($1.number, $1.name) }) {
            let partner = sounds.indices.filter { areTogether(sounds[$0], picture) }
                .min { distance(sounds[$0], picture) < distance(sounds[$1], picture) }
            let pair = [partner.map { sounds.remove(at: $0).name }, picture.name].compactMap { $0 }
            if pair.contains(file.name) { return pair.map { file.sibling($0) } }
        }
        return [file]
    }

    /// What the file is called that is made of some, without its ending.
    static func stem(of files: [FilePath]) -> String { files.map { parts($0.name)?.stem ?? $0.stem }.min() ?? "" }

    private static func areTogether(_ one: Parts, _ other: Parts) -> Bool {
        one.stem == other.stem || (one.microseconds != nil && distance(one, other) <= agreement)
    }

    private static func distance(_ one: Parts, _ other: Parts) -> Int64 {
        guard let first = one.microseconds, let second = other.microseconds else {
            return one.stem == other.stem ? 0 : .max
        }
        return abs(first - second)
    }

    private static func parts(_ name: String) -> Parts? {
        guard let match = name.wholeMatch(of: /(.+)-(audio|video)(?:-(\d{1,6}))?\.mjr/) else { return nil }
        let stem = String(match.output.1)
        // Microseconds since 1970 have 16 digits for the next two centuries.
        let moment = stem.wholeMatch(of: /(.+)-(\d{16})/)
        return Parts(
            name: name, stem: stem, user: moment?.output.1 ?? stem[...], isSound: match.output.2 == "audio",
            microseconds: moment.flatMap { Int64($0.output.2) }, number: match.output.3.flatMap { Int($0) } ?? 0)
    }
}
