import Foundation
import Lathe

// The functions of lathe.h that make and run a service. What each promises stands there.

/// Never freed, nor changed: the pointer is the program's for as long as it runs.
nonisolated(unsafe) private let version: UnsafePointer<CChar>? = {
    let bytes = Array(LatheService.version.utf8CString)
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe memory[index] = byte }
    return unsafe UnsafePointer(memory)
}()

@_cdecl("lathe_version")
public func latheVersion() -> UnsafePointer<CChar>? { unsafe version }

@_cdecl("lathe_last_error")
public func latheLastError(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32) -> Int32 {
    // It must not overwrite what it tells.
    do { return unsafe try copy(LastError.sentence, to: buffer, size) } catch {
        return -Int32(ErrorCode.bufferTooSmall.rawValue)
    }
}

@_cdecl("lathe_service_create")
public func latheServiceCreate(
    _ configuration: UnsafePointer<CChar>?, _ service: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
    LastError.status {
        guard let service = unsafe service else { throw RecorderError(.invalidArgument, "service is NULL") }
        let json = unsafe configuration == nil ? "" : try text(configuration, "configuration")
        let made = try LatheService(try RecorderError.reading(ServiceConfiguration.self, from: json))
        unsafe service.pointee = Unmanaged.passRetained(ServiceHandle(made)).toOpaque()
        return 0
    }
}

@_cdecl("lathe_service_set_parameter")
public func latheServiceSetParameter(
    _ service: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ value: Int32
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<ServiceHandle>.at(service, "service")
        let key = unsafe try text(key, "key")
        try waiting { try await handle.service.setParameter(key, value != 0) }
        return 0
    }
}

@_cdecl("lathe_service_start")
public func latheServiceStart(_ service: UnsafeMutableRawPointer?) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<ServiceHandle>.at(service, "service")
        try waiting { try await handle.service.start() }
        return 0
    }
}

@_cdecl("lathe_service_url")
public func latheServiceURL(
    _ service: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32
) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<ServiceHandle>.at(service, "service")
        let url = try waiting { await handle.service.url }
        return unsafe try copy(url ?? "", to: buffer, size)
    }
}

@_cdecl("lathe_service_stop")
public func latheServiceStop(_ service: UnsafeMutableRawPointer?) -> Int32 {
    LastError.status {
        let handle = unsafe try Unmanaged<ServiceHandle>.at(service, "service")
        try waiting { await handle.service.stop() }
        return 0
    }
}

@_cdecl("lathe_service_release")
public func latheServiceRelease(_ service: UnsafeMutableRawPointer?) {
    guard let service = unsafe service else { return }
    let handle = unsafe Unmanaged<ServiceHandle>.fromOpaque(service).takeRetainedValue()
    try? waiting { await handle.service.stop() }
}
