import Foundation

/// A frame of a user as it was sent.
public struct EncodedFrame: Equatable, Sendable {
    public var uid: String
    /// From the recorder's joining.
    public var time: Duration
    /// `h264`, `h265`, `vp8`, `vp9` or `av1`.
    public var codec: String
    /// Whether it can be decoded without any earlier one.
    public var isKeyframe: Bool
    /// In degrees clockwise, to stand upright; nothing if the sender never said.
    public var rotation: Int?
    /// H.264 and H.265: each NAL unit behind its length in four bytes, parameter sets included; else as RTP carries it.
    public var bytes: [UInt8]
}

/// A picture of a user in planes (4:2:0, video range), rows without gaps.
public struct YUVPicture: Equatable, Sendable {
    public var uid: String
    /// From the recorder's joining.
    public var time: Duration
    /// In pixels; both planes of colour have half of each, rounded up.
    public var width: Int
    public var height: Int
    /// In degrees clockwise, to stand upright; nothing if the sender never said.
    public var rotation: Int?
    public var y: [UInt8]
    public var u: [UInt8]
    public var v: [UInt8]
}

/// A picture of a user as a JPEG file.
public struct JPEGPicture: Equatable, Sendable {
    public var uid: String
    /// From the recorder's joining.
    public var time: Duration
    /// In pixels.
    public var width: Int
    public var height: Int
    public var bytes: [UInt8]
    /// Where it was saved, if it was.
    public var file: String?
}

/// A packet of a user's sound, decoded: 16-bit samples of one channel.
public struct PCMSound: Equatable, Sendable {
    public var uid: String
    /// Where the packet lies, from the recorder's joining; what was lost between two packets is left out.
    public var time: Duration
    /// In samples a second.
    public var sampleRate: Int
    public var samples: [Int16]
}

/// Who gets the media of users, besides the files or instead of them.
///
/// All calls of one capture come one after the other, on a thread that nothing else uses: they may take their time, and
/// never delay the files. Up to `FrameCapture.limit` frames wait; beyond that the oldest are left out and counted.
public protocol FrameObserver: AnyObject, Sendable {
    func received(_ frame: EncodedFrame)
    func captured(_ picture: YUVPicture)
    func captured(_ picture: JPEGPicture)
    func captured(_ sound: PCMSound)
}

extension FrameObserver {
    public func received(_ frame: EncodedFrame) {}
    public func captured(_ picture: YUVPicture) {}
    public func captured(_ picture: JPEGPicture) {}
    public func captured(_ sound: PCMSound) {}
}

/// What of users' pictures an observer gets (`VideoFrameCaptureType` 0 to 3).
public enum VideoFrameCapture: Equatable, Sendable {
    case encodedFrames
    case pictures
    /// One of each user so often, at least a second apart.
    case jpegs(every: Duration)
    /// The same, saved as `UID_MILLISECONDS.jpg` in a directory that is there, counted from the recorder's joining.
    case jpegFiles(directory: String, every: Duration)

    /// Fails if it cannot be done, naming what is wrong.
    func check() throws {
        switch self {
        case .encodedFrames, .pictures: return
        case .jpegs(let interval), .jpegFiles(_, let interval):
            guard interval >= .seconds(1) else {
                throw RecorderError.badField("every", "pictures are a second or more apart, not \(interval)")
            }
        }
        guard case .jpegFiles(let directory, _) = self else { return }
        let kind = try? FileManager.default.attributesOfItem(atPath: directory)[.type] as? FileAttributeType
        guard kind == .typeDirectory else {
            throw RecorderError.badField("directory", "there is no directory \(directory); make it first")
        }
    }
}
