import Testing

@testable import Lathe

@Suite("Private parameters")
struct ServiceParametersTests {
    @Test("are set by their documented names")
    func known() throws {
        var parameters = ServiceParameters()
        try parameters.set("che.media_recorder_recover_files", true)
        #expect(parameters.recoversFiles)
        try parameters.set("rtc.enable_proxy", false)
        try parameters.set("che.media_recorder_recover_files", false)
        #expect(parameters == ServiceParameters())
    }

    @Test("are refused where they cannot be honoured, or nobody knows them")
    func refused() {
        var parameters = ServiceParameters()
        #expect(throws: RecorderError.noProxy) { try parameters.set("rtc.enable_proxy", true) }
        let error = #expect(throws: RecorderError.self) { try parameters.set("che.other", true) }
        #expect(error?.field == "che.other")
        for key in ServiceParameters.keys { #expect(error?.message.contains(key) == true) }
    }
}
