import Bytes
public import Codecs
import Foundation
public import Units

/// Real encoded media for tests, two seconds of it, as `Tests/Fixtures/make.py` made it.
public struct Fixture: Sendable {
    public let format: TrackFormat
    public let timescale: ClockRate
    /// One after the other from tick 0.
    public let samples: [Sample]
    /// One for each sample: how long after its decode time a picture is shown.
    public let compositionOffsets: [Int32]

    /// The media that there is.
    public enum Name: String, Sendable {
        case h264
        /// H.264 whose pictures are decoded in another order than they are shown.
        case reordered = "h264-reordered"
        case h265
        /// H.265 with B-pictures and leading pictures behind a CRA.
        case h265Reordered = "h265-reordered"
        case vp8
        case vp9
        case av1
        case opus
        case aac
    }

    /// Reads one of the files in `Tests/Fixtures`.
    public init(_ name: Name) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Tests/Fixtures")
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(name.rawValue).samples")))
        var reader = ByteReader(bytes.span)
        var sets: [[UInt8]] = []
        let hasOffsets = name == .reordered || name == .h265Reordered
        for _ in 0..<(try reader.read(UInt16.self)) {
            sets.append(try reader.readBytes(Int(try reader.read(UInt16.self))))
        }
        var samples: [Sample] = []
        var offsets: [Int32] = []
        var ticks: Int64 = 0
        while reader.remaining > 0 {
            offsets.append(hasOffsets ? try reader.read() : 0)
            let isKeyframe = try reader.read(UInt8.self) == 1
            let duration: UInt32 = try reader.read()
            let content = try reader.readBytes(Int(try reader.read(UInt32.self)))
            samples.append(
                Sample(decodeTicks: ticks, durationTicks: duration, isKeyframe: isKeyframe, bytes: content))
            ticks += Int64(duration)
        }
        self.samples = samples
        compositionOffsets = offsets
        timescale = name == .opus || name == .aac ? .opus : .video
        format = Self.format(name, sets)
    }

    private static func format(_ name: Name, _ sets: [[UInt8]]) -> TrackFormat {
        switch name {
        case .h264, .reordered:
            .h264(
                width: 160, height: 96, sequenceParameterSets: Array(sets.dropLast()),
                pictureParameterSets: sets.suffix(1))
        case .h265, .h265Reordered:
            .h265(
                width: 160, height: 96, videoParameterSets: Array(sets.prefix(1)),
                sequenceParameterSets: Array(sets.dropFirst().prefix(1)), pictureParameterSets: sets.suffix(1))
        case .vp8: .vp8(width: 160, height: 96)
        case .vp9:
            .vp9(
                VP9Format(
                    size: PictureSize(width: 160, height: 96), profile: 0, bitDepth: 8, chromaSubsampling: 1,
                    isFullRange: false))
        case .av1: .av1(width: 160, height: 96, sequenceHeader: sets.first ?? [])
        case .opus: .opus(channelCount: 1, preSkip: 0)
        case .aac: .aac(sampleRate: 48_000, channelCount: 1, configuration: sets.first ?? [])
        }
    }

    /// The samples again and again, for as many seconds as asked, from `start` on.
    public func samples(seconds: Double, from start: Int64 = 0) -> [Sample] {
        let end = start + Int64(seconds * Double(timescale.ticksPerSecond))
        var result: [Sample] = []
        var ticks = start
        while ticks < end {
            for var sample in samples where ticks < end {
                sample.decodeTicks = ticks
                ticks += Int64(sample.durationTicks)
                result.append(sample)
            }
        }
        return result
    }
}
