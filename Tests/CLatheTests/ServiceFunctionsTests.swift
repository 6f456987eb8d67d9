import Testing

@testable import CLathe

/// The sentence of this thread's last error.
func lastError() -> String {
    var buffer = [CChar](repeating: 0, count: 1024)
    let count = unsafe latheLastError(&buffer, 1024)
    return String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

@Suite("Functions of a service")
struct ServiceFunctionsTests {
    @Test(
        "refuse a configuration that cannot be used, with the sentence",
        arguments: [
            (#"{"recordRoot": ""}"#, "recordRoot is empty"), (#"{"port": 1}"#, "there is no 'port'"),
            (#"{"httpPort": "x"}"#, "'httpPort' has a value"), ("{", "no object in JSON"),
        ])
    func configuration(json: String, sentence: String) {
        var service: UnsafeMutableRawPointer?
        #expect(unsafe latheServiceCreate(json, &service) == -2)
        #expect(unsafe service == nil)
        #expect(lastError().contains(sentence), "\(lastError())")
    }

    @Test("refuse NULL, and pass it over where it is given back")
    func null() {
        #expect(latheServiceCreate(nil, nil) == -2)
        #expect(latheServiceStart(nil) == -2)
        #expect(lastError() == "service is NULL")
        latheServiceRelease(nil)
        latheRecorderRelease(nil)
        #expect(latheRecorderDroppedEvents(nil) == 0)
    }

    @Test("set parameters, and refuse those that cannot be honoured")
    func parameters() async throws {
        try await onThread {
            var service: UnsafeMutableRawPointer?
            #expect(unsafe latheServiceCreate(nil, &service) == 0)
            #expect(unsafe latheServiceSetParameter(service, "che.media_recorder_recover_files", 1) == 0)
            #expect(unsafe latheServiceSetParameter(service, "rtc.enable_proxy", 1) == -4)
            #expect(lastError().contains("proxy"))
            #expect(unsafe latheServiceSetParameter(service, nil, 1) == -2)
            var recorder: UnsafeMutableRawPointer?
            #expect(unsafe latheRecorderCreate(service, #"{"audio": "opus"}"#, &recorder) == 0)
            #expect(unsafe latheRecorderJoin(recorder, "room", nil, nil) == -3)
            #expect(lastError().contains("call start first"))
            unsafe latheRecorderRelease(recorder)
            unsafe latheServiceRelease(service)
        }
    }

    @Test("say what they are, and what a small buffer needs")
    func version() {
        guard let version = unsafe latheVersion() else {
            Issue.record("there is no version")
            return
        }
        #expect(unsafe String(cString: version).contains("."))
        #expect(latheServiceStart(nil) == -2)
        var small = [CChar](repeating: 0, count: 4)
        #expect(unsafe latheLastError(&small, 4) == -6)
        // It does not forget what it could not tell.
        #expect(lastError() == "service is NULL")
    }
}
