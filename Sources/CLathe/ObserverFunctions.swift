import Lathe

// The functions of lathe.h that hand out users' media. What each promises stands there.

@_cdecl("lathe_recorder_observe_encoded_frames")
public func latheRecorderObserveEncodedFrames(
    _ recorder: UnsafeMutableRawPointer?, _ callback: EncodedFrameFunction?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let function = unsafe try given(callback)
        try handle.observe(.encodedFrames, by: unsafe CallbackObserver(.encodedFrames(function), context))
        return 0
    }
}

@_cdecl("lathe_recorder_observe_pictures")
public func latheRecorderObservePictures(
    _ recorder: UnsafeMutableRawPointer?, _ callback: PictureFunction?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let function = unsafe try given(callback)
        try handle.observe(.pictures, by: unsafe CallbackObserver(.pictures(function), context))
        return 0
    }
}

@_cdecl("lathe_recorder_observe_jpegs")
public func latheRecorderObserveJPEGs(
    _ recorder: UnsafeMutableRawPointer?, _ directory: UnsafePointer<CChar>?, _ intervalMilliseconds: Int32,
    _ callback: JPEGFunction?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let directory = unsafe directory == nil ? nil : try text(directory, "directory")
        let function = unsafe try given(callback)
        let interval = Duration.milliseconds(Int64(intervalMilliseconds))
        let capture = directory.map { VideoFrameCapture.jpegFiles(directory: $0, every: interval) }
        try handle.observe(
            capture ?? .jpegs(every: interval), by: unsafe CallbackObserver(.jpegs(function), context))
        return 0
    }
}

@_cdecl("lathe_recorder_observe_sound")
public func latheRecorderObserveSound(
    _ recorder: UnsafeMutableRawPointer?, _ sampleRate: Int32, _ callback: SoundFunction?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let function = unsafe try given(callback)
        try handle.observeSound(Int(sampleRate), by: unsafe CallbackObserver(.sound(function), context))
        return 0
    }
}

@_cdecl("lathe_recorder_end_video_observer")
public func latheRecorderEndVideoObserver(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    LastError.status {
        try unsafe Unmanaged<RecorderHandle>.at(recorder, "recorder").endPictures()
        return 0
    }
}

@_cdecl("lathe_recorder_end_sound_observer")
public func latheRecorderEndSoundObserver(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    LastError.status {
        try unsafe Unmanaged<RecorderHandle>.at(recorder, "recorder").endSound()
        return 0
    }
}

@_cdecl("lathe_recorder_dropped_frames")
public func latheRecorderDroppedFrames(_ recorder: UnsafeMutableRawPointer?) -> Int64 {
    guard let handle = unsafe try? Unmanaged<RecorderHandle>.at(recorder, "recorder"),
        let count = try? waiting(for: { await handle.recorder.droppedFrameCount })
    else { return 0 }
    return Int64(count)
}

/// The function that the program gave; fails where it is NULL.
private func given<Function>(_ callback: Function?) throws -> Function {
    guard let callback else { throw RecorderError(.invalidArgument, "callback is NULL", field: "callback") }
    return callback
}

extension RecorderHandle {
    /// Has an observer get pictures, in place of the one before, which is called no more when this returns.
    func observe(_ capture: VideoFrameCapture, by observer: CallbackObserver) throws {
        try replace(\.pictureObserver, by: observer) { [recorder] in
            try await recorder.enableRecorderVideoFrameCapture(capture, observer: observer)
        }
    }

    /// Has an observer get sound, in place of the one before, which is called no more when this returns.
    func observeSound(_ sampleRate: Int, by observer: CallbackObserver) throws {
        try replace(\.soundObserver, by: observer) { [recorder] in
            try await recorder.enableAudioFrameCapture(sampleRate: sampleRate, observer: observer)
        }
    }

    func endPictures() throws {
        try replace(\.pictureObserver, by: nil) { [recorder] in try await recorder.disableRecorderVideoFrameCapture() }
    }

    func endSound() throws {
        try replace(\.soundObserver, by: nil) { [recorder] in try await recorder.disableAudioFrameCapture() }
    }
}
