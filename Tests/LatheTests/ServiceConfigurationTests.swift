import Channel
import Service
import Testing
import Units

@testable import Lathe

@Suite("A service's configuration")
struct ServiceConfigurationTests {
    @Test("is what the engine is told")
    func options() throws {
        var configuration = ServiceConfiguration()
        (configuration.recordRoot, configuration.httpPort) = ("/rec", 0)
        (configuration.lowUDPPort, configuration.highUDPPort) = (5000, 5003)
        configuration.publicAddresses = ["203.0.113.7"]
        configuration.channelProfile = .communication
        let options = try configuration.options()
        #expect(options.recordRoot == "/rec")
        #expect(options.udpPorts == 5000...5003)
        #expect((options.httpHost, options.httpPort) == ("127.0.0.1", 0))
        #expect(options.publicIPs.map(\.description) == ["203.0.113.7"])
        #expect(options.usualProfile == .communication)
        #expect(try ServiceConfiguration().options().usualProfile == .live)
    }

    @Test(
        "is refused by the name of what is wrong",
        arguments: [
            ("{\"recordRoot\": \"\"}", "recordRoot"), ("{\"lowUDPPort\": 0}", "lowUDPPort"),
            ("{\"lowUDPPort\": 50000}", "lowUDPPort"), ("{\"httpPort\": 70000}", "httpPort"),
            ("{\"publicAddresses\": [\"here\"]}", "publicAddresses"), ("{\"channelProfile\": 3}", "channelProfile"),
            ("{\"license\": \"x\"}", "license"),
        ])
    func refusals(json: String, field: String) {
        let error = #expect(throws: RecorderError.self) {
            _ = try RecorderError.reading(ServiceConfiguration.self, from: json).options()
        }
        #expect(error?.field == field)
    }
}
