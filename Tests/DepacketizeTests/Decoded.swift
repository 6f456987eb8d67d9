import Bytes
import Codecs
import Foundation
import TestSupport

/// What ffmpeg makes of frames.
enum Decoded {
    /// The pictures in the order they are shown, and what ffmpeg complained of.
    struct Pictures {
        /// A checksum of each.
        var checksums: [String] = []
        /// How many bytes each has.
        var byteCounts: Set<Int> = []
        var errors = ""

        /// Whether each of them is one of those, in the same order.
        func areAmong(_ others: Pictures) -> Bool {
            var rest = others.checksums[...]
            for checksum in checksums {
                guard let place = rest.firstIndex(of: checksum) else { return false }
                rest = rest[(place + 1)...]
            }
            return true
        }
    }

    /// Decodes frames of one codec, by `decoder`, or ffmpeg's own choice; all to one size if asked.
    static func pictures(of frames: [Frame], decoder: String? = nil, isScaled: Bool = false) throws -> Pictures {
        guard let codec = frames.first?.codec else { return Pictures() }
        let suffix = codec == .h265 ? "h265" : "ivf"
        let file = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString).\(suffix)")
        // ffmpeg 5 knows no H.265 in IVF.
        let bytes = codec == .h265 ? frames.flatMap { H265.byteStream(of: $0.bytes) } : ivf(codec, frames)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let choice = decoder.map { ["-c:v", $0] } ?? []
        let answer = try SecondOpinion.run(
            "ffmpeg",
            ["-v", "error", "-threads", "1"] + choice + [
                "-i", file.path, "-fps_mode", "passthrough", "-copyts",
            ] + (isScaled ? ["-vf", "scale=160:96"] : []) + ["-f", "framemd5", "-"])
        var result = Pictures(errors: answer.errors)
        for line in answer.output.split(separator: "\n") where !line.hasPrefix("#") {
            let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            guard fields.count == 6, let byteCount = Int(fields[4]) else { continue }
            result.checksums.append(fields[5])
            result.byteCounts.insert(byteCount)
        }
        return result
    }

    /// An IVF file, which knows each frame's time and nothing else; all numbers little-endian.
    private static func ivf(_ codec: Codec, _ frames: [Frame]) -> [UInt8] {
        let name =
            switch codec {
            case .h264: "H264"
            case .vp8: "VP80"
            case .vp9: "VP90"
            default: "AV01"
            }
        var file = Array("DKIF".utf8) + little(UInt16(0)) + little(UInt16(32)) + Array(name.utf8)
        file += little(UInt16(160)) + little(UInt16(96)) + little(UInt32(90_000)) + little(UInt32(1))
        file += little(UInt32(frames.count)) + little(UInt32(0))
        for frame in frames {
            let bytes =
                switch codec {
                case .h264: H264.byteStream(of: frame.bytes)
                case .av1: AV1.byteStream(of: frame.bytes)
                default: frame.bytes
                }
            file += little(UInt32(bytes.count)) + little(UInt64(bitPattern: frame.ticks)) + bytes
        }
        return file
    }

    private static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        (0..<MemoryLayout<T>.size).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
    }
}
