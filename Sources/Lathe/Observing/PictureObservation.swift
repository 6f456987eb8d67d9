import AV
import Codecs
import Foundation
import Pattern
import Service
import Synchronization
import Units

/// Makes of users' frames what an observer of pictures asked for.
final class PictureObservation: Sendable {
    /// One user's decoder, and when the last picture was taken.
    private final class User {
        var decoder: VideoDecoder?
        var encoder: JPEGEncoder?
        /// Frames are of no use until a keyframe comes.
        var awaitsKeyframe = true
        var rotation: Int?
        var last: Duration?
    }

    private struct State {
        var users: [String: User] = [:]
        var droppedCount = 0
    }

    private let capture: VideoFrameCapture
    private let observer: any FrameObserver
    private let state = Mutex(State())

    init(_ capture: VideoFrameCapture, _ observer: any FrameObserver) {
        self.capture = capture
        self.observer = observer
    }

    /// Takes the next frame, on the observer's thread; a frame that cannot be decoded makes the next keyframe be awaited.
    func take(_ tapped: TappedFrame, droppedCount: Int) {
        let time = Duration.nanoseconds(tapped.time.nanoseconds)
        guard capture != .encodedFrames else {
            let frame = tapped.frame
            observer.received(
                EncodedFrame(
                    uid: tapped.uid, time: time, codec: frame.codec.rawValue, isKeyframe: frame.isKeyframe,
                    rotation: frame.rotation?.rawValue, bytes: frame.bytes))
            return
        }
        // Only this thread comes here: the lock is for the compiler, and the observer is called outside.
        let made = state.withLock { state -> (yuv: YUVPicture?, jpeg: JPEGPicture?) in
            if state.droppedCount != droppedCount {
                state.droppedCount = droppedCount
                for user in state.users.values { user.awaitsKeyframe = true }
            }
            let user = state.users[tapped.uid] ?? User()
            state.users[tapped.uid] = user
            return Self.decode(tapped, time, for: user, capture)
        }
        if let picture = made.yuv { observer.captured(picture) }
        if let picture = made.jpeg { observer.captured(save(picture)) }
    }

    private static func decode(
        _ tapped: TappedFrame, _ time: Duration, for user: User, _ capture: VideoFrameCapture
    ) -> (yuv: YUVPicture?, jpeg: JPEGPicture?) {
        let frame = tapped.frame
        user.rotation = frame.rotation?.rawValue ?? user.rotation
        if frame.isBroken { user.awaitsKeyframe = true }
        guard !user.awaitsKeyframe || (frame.isKeyframe && !frame.isBroken) else { return (nil, nil) }
        do {
            guard let picture = try picture(of: frame, user) else { return (nil, nil) }
            user.awaitsKeyframe = false
            let interval: Duration
            switch capture {
            case .encodedFrames: return (nil, nil)
            case .pictures:
                return (
                    YUVPicture(
                        uid: tapped.uid, time: time, width: picture.width, height: picture.height,
                        rotation: user.rotation, y: picture.luma, u: picture.blue, v: picture.red), nil
                )
            case .jpegs(let every), .jpegFiles(_, let every): interval = every
            }
            guard user.last.map({ time - $0 >= interval }) ?? true else { return (nil, nil) }
            user.last = time
            let bytes = try jpeg(of: picture, user)
            return (
                nil,
                JPEGPicture(uid: tapped.uid, time: time, width: picture.width, height: picture.height, bytes: bytes)
            )
        } catch {
            user.awaitsKeyframe = true
            return (nil, nil)
        }
    }

    private static func picture(of frame: Frame, _ user: User) throws(CodecError) -> Picture? {
        let known: Codec? =
            switch user.decoder {
            case .some(let decoder): decoder.codec
            case .none: nil
            }
        if known != frame.codec { user.decoder = try VideoDecoder(frame.codec) }
        return try user.decoder?.decode(frame)
    }

    private static func jpeg(of picture: Picture, _ user: User) throws(CodecError) -> [UInt8] {
        let fits =
            switch user.encoder {
            case .some(let encoder): encoder.width == picture.width && encoder.height == picture.height
            case .none: false
            }
        if !fits { user.encoder = try JPEGEncoder(width: picture.width, height: picture.height) }
        return try user.encoder?.encode(picture) ?? []
    }

    /// Writes a picture where that was asked for; one that cannot be written comes without the name of a file.
    private func save(_ picture: JPEGPicture) -> JPEGPicture {
        guard case .jpegFiles(let directory, _) = capture else { return picture }
        var picture = picture
        // An account's name may hold anything.
        let name = picture.uid.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let path = "\(directory)/\(name)_\(picture.time.wholeMilliseconds).jpg"
        do {
            try Data(picture.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
            picture.file = path
        } catch {
            picture.file = nil
        }
        return picture
    }
}
