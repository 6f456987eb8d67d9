import Foundation
import Testing

@testable import CLathe

/// Calls `body` with a recorder of a service that runs, on a thread of its own; both are gone afterwards.
func withRecorder(_ body: @escaping @Sendable (UnsafeMutableRawPointer?) throws -> Void) async throws {
    try await onThread { unsafe try prepare(body) }
}

private func prepare(_ body: (UnsafeMutableRawPointer?) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    var service: UnsafeMutableRawPointer?
    defer { unsafe latheServiceRelease(service) }
    for _ in 0..<50 {
        let port = UInt16.random(in: 12_000...31_000)
        let json =
            #"{"recordRoot": "\#(root)", "hasHTTP": false, "lowUDPPort": \#(port), "highUDPPort": \#(port + 3)}"#
        try #require(unsafe latheServiceCreate(json, &service) == 0)
        if unsafe latheServiceStart(service) == 0 { break }
        unsafe latheServiceRelease(service)
        unsafe service = nil
    }
    var recorder: UnsafeMutableRawPointer?
    try #require(unsafe latheRecorderCreate(service, nil, &recorder) == 0)
    defer { unsafe latheRecorderRelease(recorder) }
    unsafe try body(recorder)
}
