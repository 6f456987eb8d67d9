import Foundation
import Synchronization
import Testing

@testable import CLathe

/// What a callback was called with.
private final class Heard: Sendable {
    let events = Mutex<[String]>([])
}

@Suite("Functions of a recorder")
struct RecorderFunctionsTests {
    private static func nextEvent(_ recorder: UnsafeMutableRawPointer?) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe latheNextEvent(recorder, 30_000, &buffer, 4096)
        return String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test("join, tell, refuse and leave")
    func life() async throws {
        unsafe try await withRecorder { recorder in
            #expect(unsafe latheRecorderLeave(recorder) == -113)
            #expect(lastError().contains("call join first"))
            #expect(unsafe latheRecorderJoin(recorder, "", nil, nil) == -102)
            #expect(unsafe latheRecorderJoin(recorder, "room", "42", "") == 0)
            #expect(lastError() == "")
            #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == -17)
            #expect(unsafe latheRecorderStartService(recorder) == -8)
            #expect(unsafe latheRecorderPause(recorder) == 0)
            #expect(unsafe latheRecorderResume(recorder) == 0)
            #expect(unsafe latheRecorderSubscribeAudio(recorder, "7") == 0)
            #expect(unsafe latheRecorderSubscribeAudio(recorder, nil) == -2)
            #expect(unsafe latheRecorderStopSingleRecording(recorder, "") == -121)
            #expect(unsafe latheRecorderSetVolumeInterval(recorder, 500) == 0)
            #expect(unsafe latheRecorderRenewToken(recorder, "other") == -110)
            #expect(lastError().contains("'token'"))
            let never =
                "006970CA35de60c44645bbae8a215061b33IAAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEAAAACAAAAEAAB"
            #expect(unsafe latheRecorderRenewToken(recorder, never + "AAAArggAAAEAAQAAAAAA") == 0)
            #expect(unsafe latheRecorderSubscribeVideoType(recorder, "7", 1) == 0)
            #expect(unsafe latheRecorderSubscribeVideoType(recorder, nil, 1) == 0)
            #expect(unsafe latheRecorderSubscribeVideoType(recorder, "7", 2) == -2)
            var directory = [CChar](repeating: 0, count: 1024)
            #expect(unsafe latheRecorderDirectory(recorder, &directory, 1024) > 0)
            #expect(unsafe latheRecorderDirectory(recorder, &directory, 5) == -6)
            #expect(unsafe latheRecorderLeave(recorder) == 16)
            #expect(unsafe Self.nextEvent(recorder) == #"{"channel":"room","event":"connected","uid":"42"}"#)
            #expect(unsafe Self.nextEvent(recorder).contains("disconnected"))
        }
    }

    @Test("keep an event that does not fit, and wait no longer than they were told")
    func smallBuffer() async throws {
        unsafe try await withRecorder { recorder in
            var small = [CChar](repeating: 0, count: 8)
            #expect(unsafe latheNextEvent(recorder, 0, &small, 8) == 0)
            #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == 0)
            #expect(unsafe latheNextEvent(recorder, 30_000, &small, 8) == -6)
            #expect(lastError().contains("49 bytes are needed"))
            #expect(unsafe latheNextEvent(recorder, 0, nil, 0) == -6)
            #expect(unsafe Self.nextEvent(recorder) == #"{"channel":"room","event":"connected","uid":"0"}"#)
            #expect(unsafe latheRecorderLeave(recorder) == 16)
            #expect(unsafe latheRecorderDroppedEvents(recorder) == 0)
        }
    }

    @Test("call back with what waits and what comes, and not after the end of that")
    func callback() async throws {
        let heard = Heard()
        unsafe try await withRecorder { recorder in
            withExtendedLifetime(heard) {
                let context = unsafe Unmanaged.passUnretained(heard).toOpaque()
                let function: EventFunction = { event, context in
                    guard let event = unsafe event, let context = unsafe context else { return }
                    let text = unsafe String(cString: event)
                    unsafe Unmanaged<Heard>.fromOpaque(context).takeUnretainedValue().events.withLock {
                        $0.append(text)
                    }
                }
                #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == 0)
                #expect(unsafe latheRecorderSetCallback(recorder, function, context) == 0)
                #expect(unsafe latheRecorderLeave(recorder) == 16)
                while heard.events.withLock({ $0.last?.contains("disconnected") != true }) {}
                #expect(unsafe latheRecorderSetCallback(recorder, nil, nil) == 0)
                #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == 0)
                #expect(unsafe latheRecorderLeave(recorder) == 16)
                #expect(unsafe Self.nextEvent(recorder).contains("connected"))
            }
        }
        let events = heard.events.withLock { $0 }
        #expect(events.count == 2)
        #expect(events.first?.contains(#""event":"connected""#) == true)
    }
}
