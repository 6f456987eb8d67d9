import Foundation
import Lathe

// The functions of lathe.h that make a recorder, and bring it into a channel and out of it. What each promises stands there.

/// Does something with a recorder, and returns when it is done.
func with(
    _ recorder: UnsafeMutableRawPointer?, _ body: @escaping @Sendable (Recorder) async throws -> Void
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        try waiting { try await body(handle.recorder) }
        return 0
    }
}

/// Does something with a recorder and a user of its channel, and returns when it is done.
func with(
    _ recorder: UnsafeMutableRawPointer?, _ uid: UnsafePointer<CChar>?,
    _ body: @escaping @Sendable (Recorder, String) async throws -> Void
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let uid = unsafe try text(uid, "uid")
        try waiting { try await body(handle.recorder, uid) }
        return 0
    }
}

@_cdecl("lathe_recorder_create")
public func latheRecorderCreate(
    _ service: UnsafeMutableRawPointer?, _ settings: UnsafePointer<CChar>?,
    _ recorder: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<ServiceHandle>.at(service, "service")
        guard let recorder = unsafe recorder else { throw RecorderError(.invalidArgument, "recorder is NULL") }
        let json = unsafe settings == nil ? "" : try text(settings, "settings")
        let made = try Recorder(
            handle.service, settings: try RecorderError.reading(RecorderSettings.self, from: json))
        unsafe recorder.pointee = Unmanaged.passRetained(try RecorderHandle(made)).toOpaque()
        return 0
    }
}

@_cdecl("lathe_recorder_join")
public func latheRecorderJoin(
    _ recorder: UnsafeMutableRawPointer?, _ channel: UnsafePointer<CChar>?, _ user: UnsafePointer<CChar>?,
    _ token: UnsafePointer<CChar>?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let channel = unsafe try text(channel, "channel")
        let user = unsafe user == nil ? "0" : try text(user, "user")
        let token = unsafe token == nil ? nil : try text(token, "token")
        try waiting { try await handle.recorder.join(channel, user: user, token: token) }
        return 0
    }
}

@_cdecl("lathe_recorder_leave")
public func latheRecorderLeave(_ recorder: UnsafeMutableRawPointer?) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        return Int32(try waiting { try await handle.recorder.leave() }.leaveCode.rawValue)
    }
}

@_cdecl("lathe_recorder_directory")
public func latheRecorderDirectory(
    _ recorder: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let directory = try waiting { await handle.recorder.directory }
        return unsafe try copy(directory ?? "", to: buffer, size)
    }
}

@_cdecl("lathe_recorder_renew_token")
public func latheRecorderRenewToken(_ recorder: UnsafeMutableRawPointer?, _ token: UnsafePointer<CChar>?) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let token = unsafe try text(token, "token")
        try waiting { try await handle.recorder.renewToken(token) }
        return 0
    }
}

@_cdecl("lathe_next_event")
public func latheNextEvent(
    _ recorder: UnsafeMutableRawPointer?, _ timeoutMilliseconds: Int32, _ buffer: UnsafeMutablePointer<CChar>?,
    _ size: Int32
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        let deadline = Date(timeIntervalSinceNow: Double(max(0, timeoutMilliseconds)) / 1_000)
        let capacity = unsafe buffer == nil ? 0 : Int(size) - 1
        guard let found = handle.mailbox.next(until: deadline, capacity: capacity) else { return 0 }
        guard let event = found.event else { throw tooSmall(found.byteCount) }
        return unsafe try copy(event, to: buffer, size)
    }
}

@_cdecl("lathe_recorder_set_callback")
public func latheRecorderSetCallback(
    _ recorder: UnsafeMutableRawPointer?, _ callback: EventFunction?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<RecorderHandle>.at(recorder, "recorder")
        try handle.set(unsafe callback.map { unsafe CallbackDelegate($0, context) })
        return 0
    }
}

@_cdecl("lathe_recorder_dropped_events")
public func latheRecorderDroppedEvents(_ recorder: UnsafeMutableRawPointer?) -> Int64 {
    guard let handle = unsafe try? Unmanaged<RecorderHandle>.at(recorder, "recorder") else { return 0 }
    return Int64(handle.recorder.droppedEventCount + handle.mailbox.droppedCount)
}

@_cdecl("lathe_recorder_release")
public func latheRecorderRelease(_ recorder: UnsafeMutableRawPointer?) {
    guard let recorder = unsafe recorder else { return }
    let handle = unsafe Unmanaged<RecorderHandle>.fromOpaque(recorder).takeRetainedValue()
    try? handle.set(nil)
    try? handle.endPictures()
    try? handle.endSound()
    handle.recorder.unregister(handle.mailbox)
}
