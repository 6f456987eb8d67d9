import AV
import Foundation
import TestSupport
import Pattern

/// Files of the pattern with known times, made by the `ffmpeg` program so that our own code is not its own judge.
struct MeasuredFile {
    static let folder = URL.temporaryDirectory

    /// The usual pictures, drawn once for all tests.
    private static let usualPictures = draw(Array(0..<120))

    /// The numbers drawn, in order; `numbers[n]` is shown at `n / 30` seconds.
    var numbers: [UInt32]?
    /// What happens between reading and encoding: `-itsoffset` and the like, in front of the sound's input.
    var soundOptions: [String] = []
    var outputOptions: [String]

    /// Runs `ffmpeg` and returns the file's path.
    func make(_ name: String) throws -> String {
        let folder = Self.folder
        let id = UUID().uuidString
        let (video, sound) = (folder.appending(path: "lathe-\(id).yuv"), folder.appending(path: "lathe-\(id).pcm"))
        try (numbers.map(Self.draw) ?? Self.usualPictures).write(to: video)
        try samples().write(to: sound)
        defer {
            try? FileManager.default.removeItem(at: video)
            try? FileManager.default.removeItem(at: sound)
        }
        let output = folder.appending(path: "lathe-\(id)-\(name)").path()
        let videoInput = ["-f", "rawvideo", "-s", "320x240", "-r", "30", "-i", video.path()]
        let soundInput = soundOptions + ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", sound.path()]
        try Self.run(["-y", "-v", "error"] + videoInput + soundInput + outputOptions + [output])
        return output
    }

    /// Measures the file that these options make, and leaves nothing behind.
    func measured(_ name: String) throws -> PatternMeasurement {
        let path = try make(name)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try PatternMeasurement(of: path)
    }

    private static func run(_ arguments: [String]) throws {
        let answer = try ChildProgram.run("ffmpeg", ["-nostdin"] + arguments)
        guard answer.status == 0 else { throw Failure(status: answer.status) }
    }

    struct Failure: Error { var status: Int32 }

    private static func draw(_ numbers: [UInt32]) -> Data {
        let painter = PatternPainter(width: 320, height: 240, framesPerSecond: 30, tag: 77)
        var picture = Picture(width: 320, height: 240)
        var data = Data()
        for number in numbers {
            painter.draw(number, into: &picture)
            data.append(contentsOf: picture.luma)
            data.append(contentsOf: picture.blue)
            data.append(contentsOf: picture.red)
        }
        return data
    }

    private func samples() -> Data {
        var pcm: [Int16] = []
        Beep(channelCount: 1).append(4 * 48_000, from: 0, to: &pcm)
        return Data(pcm.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }
}
