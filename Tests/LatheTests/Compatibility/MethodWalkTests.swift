import Testing

@testable import Lathe

@Suite("Methods of docs/compatibility.md")
struct MethodWalkTests {
    /// The tables of steps, by how the headings begin.
    private static let tables = [
        ("Of IRecordingEngine", MethodWalk.engine), ("Of the Node sample", MethodWalk.node),
        ("Of IServerEngine", MethodWalk.sender),
        ("Of IAgoraService", MethodWalk.service), ("Of IAgoraMediaRtcRecorder", MethodWalk.recorder),
    ]

    @Test("are those that a step is known for, and no other", arguments: tables.map(\.0))
    func completeness(heading: String) throws {
        let steps = try #require(Self.tables.first { $0.0 == heading }?.1)
        #expect(PageRow.rows(under: heading).map(\.name).sorted() == steps.keys.sorted())
    }

    @Test("do what the page says, in a service whose users send")
    func walk() async throws {
        try await WalkScene.walk(Self.tables)
    }
}
