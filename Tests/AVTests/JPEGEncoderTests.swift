import Foundation
import Pattern
import Testing

@testable import AV

@Suite("JPEG files")
struct JPEGEncoderTests {
    @Test("hold the picture, in the range that JPEG has", arguments: [(320, 240), (33, 17)])
    func pictures(width: Int, height: Int) throws {
        var encoder = try JPEGEncoder(width: width, height: height)
        var picture = Picture(width: width, height: height)
        for (luma, expected) in [(UInt8(16), 0), (235, 255), (126, 128)] {
            picture.luma = [UInt8](repeating: luma, count: width * height)
            let bytes = try encoder.encode(picture)
            // SOI and EOI (ITU-T T.81, table B.1).
            #expect(bytes.prefix(2) == [0xFF, 0xD8] && bytes.suffix(2) == [0xFF, 0xD9])
            let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jpg").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try Data(bytes).write(to: URL(filePath: path))
            let (size, mean) = try Self.read(path)
            #expect(size == [width, height])
            #expect(abs(mean - expected) <= 2, "\(luma) is \(mean)")
        }
    }

    /// A second opinion: size, and mean brightness from 0 to 255, by FFmpeg's tools.
    private static func read(_ path: String) throws -> ([Int], Int) {
        let size = try run(
            "ffprobe", ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path])
        let pixels = try run(
            "ffmpeg", ["-v", "error", "-i", path, "-vf", "format=gray", "-f", "rawvideo", "-"])
        let numbers = String(decoding: size, as: UTF8.self).split { !$0.isNumber }.compactMap { Int($0) }
        return (numbers, pixels.reduce(0) { $0 + Int($1) } / max(1, pixels.count))
    }

    private static func run(_ tool: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return bytes
    }
}
