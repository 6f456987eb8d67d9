import Testing

@testable import Lathe

@Suite("Fields of docs/compatibility.md")
struct SettingWalkTests {
    private static let tables = [
        ("RecordingConfig", SettingWalk.third), ("Structures of 4.x", SettingWalk.fourth),
    ]
    /// The rows whose names are no keys of ours.
    private static let strangers = PageRow.rows(
        under: "RecordingConfig", "VideoMixingLayout", "Structures of 4.x"
    ).filter { $0.promise.hasPrefix("refused: no such key") }

    @Test("are those that a step is known for, or that are no keys", arguments: tables.map(\.0))
    func completeness(heading: String) throws {
        let steps = try #require(Self.tables.first { $0.0 == heading }?.1)
        let rows = PageRow.rows(under: heading).filter { !$0.promise.hasPrefix("refused: no such key") }
        #expect(rows.map(\.name).sorted() == steps.keys.sorted())
        #expect(Self.strangers.count > 10)
    }

    @Test("are refused by their names where they are no keys", arguments: strangers)
    func refusal(row: PageRow) {
        let fields = row.names.filter { $0.first?.isLowercase == true }
        #expect(!fields.isEmpty)
        for field in fields {
            let json = #"{"\#(field)": 1}"#
            let settings = #expect(throws: RecorderError.self) {
                try RecorderError.reading(RecorderSettings.self, from: json)
            }
            #expect(settings?.field == field)
            #expect(settings?.message.contains("there is no '\(field)'; known are") == true)
            let configuration = #expect(throws: RecorderError.self) {
                try RecorderError.reading(ServiceConfiguration.self, from: json)
            }
            #expect(configuration?.field == field)
        }
    }

    @Test("do what the page says, in a service whose users send")
    func walk() async throws {
        try await WalkScene.walk(Self.tables)
    }
}
