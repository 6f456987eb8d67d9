import Foundation
import Testing

@testable import CLathe

@Suite("Functions that hand out media")
struct ObserverFunctionsTests {
    private static let frames: EncodedFrameFunction = { _, _, _, _, _, _, _, _ in }
    private static let pictures: PictureFunction = { _, _, _, _, _, _, _, _, _ in }
    private static let jpegs: JPEGFunction = { _, _, _, _, _, _, _, _ in }
    private static let sound: SoundFunction = { _, _, _, _, _, _ in }

    @Test("take a callback before a channel and in it, in place of the one before, and end it")
    func life() async throws {
        unsafe try await withRecorder { recorder in
            #expect(unsafe latheRecorderEndVideoObserver(recorder) == 0)
            #expect(unsafe latheRecorderObserveEncodedFrames(recorder, Self.frames, nil) == 0)
            #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == 0)
            #expect(unsafe latheRecorderObservePictures(recorder, Self.pictures, nil) == 0)
            #expect(unsafe latheRecorderObserveSound(recorder, 8_000, Self.sound, nil) == 0)
            #expect(unsafe latheRecorderObserveJPEGs(recorder, nil, 1_000, Self.jpegs, nil) == 0)
            #expect(unsafe latheRecorderLeave(recorder) == 16)
            #expect(unsafe latheRecorderEndVideoObserver(recorder) == 0)
            #expect(unsafe latheRecorderEndSoundObserver(recorder) == 0)
            #expect(unsafe latheRecorderDroppedFrames(recorder) == 0)
        }
    }

    @Test("refuse by sentences what cannot be")
    func refusals() async throws {
        unsafe try await withRecorder { recorder in
            #expect(unsafe latheRecorderObservePictures(nil, Self.pictures, nil) == -2)
            #expect(lastError() == "recorder is NULL")
            #expect(unsafe latheRecorderObservePictures(recorder, nil, nil) == -2)
            #expect(lastError() == "callback is NULL")
            #expect(unsafe latheRecorderObserveSound(recorder, 44_100, Self.sound, nil) == -2)
            #expect(lastError().contains("sampleRate is one of 8000"))
            #expect(unsafe latheRecorderObserveJPEGs(recorder, nil, 999, Self.jpegs, nil) == -2)
            #expect(lastError().contains("a second or more apart"))
            #expect(unsafe latheRecorderObserveJPEGs(recorder, "/nowhere", 1_000, Self.jpegs, nil) == -2)
            #expect(lastError().contains("/nowhere"))
            #expect(latheRecorderDroppedFrames(nil) == 0)
        }
    }
}
