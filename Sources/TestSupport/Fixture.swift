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
    public var compositionOffsets: [Int32] { samples.map(\.compositionOffsetTicks) }

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
        /// Each sample a superframe of two spatial layers, both shown; of temporal layers 0 and 1 in turn. Layers refer
        /// to each other in keyframes only.
        case vp9Layers = "vp9-layers"
        /// The same with both layers of one size, and references between them in all pictures.
        case vp9EqualLayers = "vp9-equal-layers"
        case av1
        /// Half a second of larger pictures, whose pixels are no squares: 4:3.
        case h264Wide = "h264-wide"
        /// Half a second of larger pictures, whose pixels are no squares: 4:3.
        case h265Wide = "h265-wide"
        case vp8Wide = "vp8-wide"
        case vp9Wide = "vp9-wide"
        case av1Wide = "av1-wide"
        case opus
        case aac

        /// The same codec's larger pictures.
        public var wide: Name? {
            switch self {
            case .h264: .h264Wide
            case .h265: .h265Wide
            case .vp8: .vp8Wide
            case .vp9: .vp9Wide
            case .av1: .av1Wide
            default: nil
            }
        }
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
        var ticks: Int64 = 0
        while reader.remaining > 0 {
            let offset: Int32 = hasOffsets ? try reader.read() : 0
            let isKeyframe = try reader.read(UInt8.self) == 1
            let duration: UInt32 = try reader.read()
            let content = try reader.readBytes(Int(try reader.read(UInt32.self)))
            samples.append(
                Sample(
                    decodeTicks: ticks, compositionOffsetTicks: offset, durationTicks: duration,
                    isKeyframe: isKeyframe, bytes: content))
            ticks += Int64(duration)
        }
        self.samples = samples
        timescale = name == .opus || name == .aac ? .opus : .video
        format = Self.format(name, sets)
    }

    private static func format(_ name: Name, _ sets: [[UInt8]]) -> TrackFormat {
        let isWide = name.rawValue.hasSuffix("-wide")
        let size = isWide ? PictureSize(width: 224, height: 128) : PictureSize(width: 160, height: 96)
        switch name {
        case .h264, .reordered, .h264Wide:
            return .h264(
                width: size.width, height: size.height, sequenceParameterSets: Array(sets.dropLast()),
                pictureParameterSets: sets.suffix(1))
        case .h265, .h265Reordered, .h265Wide:
            return .h265(
                width: size.width, height: size.height, videoParameterSets: Array(sets.prefix(1)),
                sequenceParameterSets: Array(sets.dropFirst().prefix(1)), pictureParameterSets: sets.suffix(1))
        case .vp8, .vp8Wide: return .vp8(width: size.width, height: size.height)
        case .vp9, .vp9Wide, .vp9Layers, .vp9EqualLayers:
            return .vp9(
                VP9Format(size: size, profile: 0, bitDepth: 8, chromaSubsampling: 1, isFullRange: false))
        case .av1, .av1Wide:
            return .av1(width: size.width, height: size.height, sequenceHeader: sets.first ?? [])
        case .opus: return .opus(channelCount: 1, preSkip: 0)
        case .aac: return .aac(sampleRate: 48_000, channelCount: 1, configuration: sets.first ?? [])
        }
    }

    /// The samples as they come in a call: parameter sets before each keyframe.
    public var samplesInBand: [Sample] {
        let sets: [[UInt8]] =
            switch format {
            case .h264(_, _, let sequence, let picture): sequence + picture
            case .h265(_, _, let video, let sequence, let picture): video + sequence + picture
            case .vp8, .vp9, .av1, .opus, .aac, .mp3: []
            }
        var prefix: [UInt8] = []
        for set in sets {
            prefix.append(bigEndian: UInt32(set.count))
            prefix += set
        }
        return samples.map { sample in
            var sample = sample
            if sample.isKeyframe { sample.bytes = prefix + sample.bytes }
            return sample
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
