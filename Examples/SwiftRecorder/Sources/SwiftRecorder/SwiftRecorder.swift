import Foundation
import Lathe

/// Records a channel from its first user's coming to the first one's leaving, and prints what happens.
///
///     swift run SwiftRecorder CHANNEL [CONFIGURATION]
///
/// The configuration is `ServiceConfiguration` in JSON, such as `{"recordRoot": "/rec", "httpPort": 8081}`.
@main
struct SwiftRecorder {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard let channel = words.first else {
            print("usage: SwiftRecorder CHANNEL [CONFIGURATION]")
            exit(2)
        }
        let json = words.dropFirst().first ?? "{}"
        let service = try LatheService(try JSONDecoder().decode(ServiceConfiguration.self, from: Data(json.utf8)))
        try await service.start()
        let recorder = try Recorder(service)
        let events = recorder.events()
        try await recorder.join(channel)
        say("clients publish to \(await service.url ?? "")/whip/\(channel)")
        for await event in events {
            say(event.json)
            if case .userLeft = event { Task { try await recorder.leave() } }
            if case .disconnected(_, let code, _, _) = event {
                say("left with code \(code.rawValue)")
                break
            }
        }
        await service.stop()
    }

    /// Prints a line at once, whoever reads.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
