import Codecs
import Service

// Users' media for the program itself. It works in any mode, whether files are written or not, and may be asked for before
// `join` and after; each of the three has a thread of its own, and delays no file.
extension Recorder {
    /// Which rates sound is handed out at, in samples a second.
    public static let sampleRates = [8_000, 16_000, 32_000, 48_000]

    /// Lets an observer have the pictures of users whose video is subscribed to, instead of what was asked for before.
    public func enableRecorderVideoFrameCapture(_ capture: VideoFrameCapture, observer: any FrameObserver) throws {
        try capture.check()
        let observation = PictureObservation(capture, observer)
        try replace(.pictures, by: FrameCapture(.video) { observation.take($0, droppedCount: $1) })
    }

    /// Ends that.
    public func disableRecorderVideoFrameCapture() throws { try replace(.pictures, by: nil) }

    /// Lets an observer have the sound of users whose audio is subscribed to, at one of `sampleRates`.
    public func enableAudioFrameCapture(sampleRate: Int = 16_000, observer: any FrameObserver) throws {
        guard Self.sampleRates.contains(sampleRate) else {
            throw RecorderError.badField(
                "sampleRate", "sampleRate is one of \(Self.sampleRates.map(String.init).joined(separator: ", "))")
        }
        let observation = SoundObservation(sampleRate: sampleRate) { observer.captured($0) }
        try replace(.sound, by: FrameCapture(.audio) { tapped, _ in observation.take(tapped) })
    }

    /// Ends that.
    public func disableAudioFrameCapture() throws { try replace(.sound, by: nil) }

    /// Tells `audioVolumeIndication` and `activeSpeaker` so often; 10 ms or less ends that, as it is at first.
    public func setAudioVolumeIndicationParameters(milliseconds: Int) throws {
        guard milliseconds > 10 else { return try replace(.volume, by: nil) }
        let meter = VolumeMeter(every: .milliseconds(milliseconds))
        // 8 kHz hold what makes speech loud.
        let observation = SoundObservation(sampleRate: 8_000) { [fanOut] in fanOut.send(meter.hear($0)) }
        try replace(.volume, by: FrameCapture(.audio) { tapped, _ in observation.take(tapped) })
    }

    /// How many frames were left out, since observers are too slow.
    public var droppedFrameCount: Int { captures.values.reduce(formerDropCount) { $0 + $1.droppedCount } }

    private func replace(_ purpose: CapturePurpose, by capture: @autoclosure () throws -> FrameCapture?) throws {
        let next: FrameCapture?
        do { next = try capture() } catch { throw RecorderError(error) }
        if let former = captures.removeValue(forKey: purpose) {
            former.detach()
            formerDropCount += former.droppedCount
        }
        captures[purpose] = next
        if case .joined(let watch, _) = state { next?.attach(watch) }
    }
}

/// What frames are captured for.
enum CapturePurpose {
    case pictures
    case sound
    case volume
}
