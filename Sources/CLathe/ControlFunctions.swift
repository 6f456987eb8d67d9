import Lathe

// The functions of lathe.h that say whom and when to record. What each promises stands there.

@_cdecl("lathe_recorder_subscribe_all_audio")
public func latheRecorderSubscribeAllAudio(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.subscribeAllAudio() }
}

@_cdecl("lathe_recorder_subscribe_all_video")
public func latheRecorderSubscribeAllVideo(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.subscribeAllVideo() }
}

@_cdecl("lathe_recorder_unsubscribe_all_audio")
public func latheRecorderUnsubscribeAllAudio(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.unsubscribeAllAudio() }
}

@_cdecl("lathe_recorder_unsubscribe_all_video")
public func latheRecorderUnsubscribeAllVideo(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.unsubscribeAllVideo() }
}

@_cdecl("lathe_recorder_start_service")
public func latheRecorderStartService(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.startService() }
}

@_cdecl("lathe_recorder_stop_service")
public func latheRecorderStopService(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.stopService() }
}

@_cdecl("lathe_recorder_pause")
public func latheRecorderPause(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.pause() }
}

@_cdecl("lathe_recorder_resume")
public func latheRecorderResume(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    unsafe with(recorder) { try await $0.resume() }
}

@_cdecl("lathe_recorder_subscribe_audio")
public func latheRecorderSubscribeAudio(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?) -> Int32 {
    unsafe with(recorder, uid) { try await $0.subscribeAudio($1) }
}

@_cdecl("lathe_recorder_subscribe_video")
public func latheRecorderSubscribeVideo(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?) -> Int32 {
    unsafe with(recorder, uid) { try await $0.subscribeVideo($1) }
}

@_cdecl("lathe_recorder_subscribe_video_type")
public func latheRecorderSubscribeVideoType(
    _ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?, _ type: Int32
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let uid = unsafe uid == nil ? nil : try text(uid, "uid")
        guard let type = VideoStreamType(rawValue: Int(type)) else {
            throw RecorderError(.invalidArgument, "type is 0 for high or 1 for low, not \(type)", field: "type")
        }
        try waiting {
            guard let uid else { return try await handle.recorder.subscribeAllVideo(type) }
            try await handle.recorder.subscribeVideo(uid, type)
        }
        return 0
    }
}

@_cdecl("lathe_recorder_unsubscribe_audio")
public func latheRecorderUnsubscribeAudio(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?) -> Int32 {
    unsafe with(recorder, uid) { try await $0.unsubscribeAudio($1) }
}

@_cdecl("lathe_recorder_unsubscribe_video")
public func latheRecorderUnsubscribeVideo(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?) -> Int32 {
    unsafe with(recorder, uid) { try await $0.unsubscribeVideo($1) }
}

@_cdecl("lathe_recorder_start_single_recording")
public func latheRecorderStartSingleRecording(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?)
    -> Int32
{
    unsafe with(recorder, uid) { try await $0.startSingleRecording($1) }
}

@_cdecl("lathe_recorder_stop_single_recording")
public func latheRecorderStopSingleRecording(_ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?)
    -> Int32
{
    unsafe with(recorder, uid) { try await $0.stopSingleRecording($1) }
}

@_cdecl("lathe_recorder_set_volume_interval")
public func latheRecorderSetVolumeInterval(_ recorder: UnsafeMutableRawPointer?, _ milliseconds: Int32) -> Int32 {
    unsafe with(recorder) { try await $0.setAudioVolumeIndicationParameters(milliseconds: Int(milliseconds)) }
}
