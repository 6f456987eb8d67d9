import Codecs
import Foundation
import Testing

@testable import Publish

@Suite("What is asked of a publisher")
struct PublishOrderTests {
    static func order(_ change: (inout PublishOrder) throws -> Void) throws -> PublishOrder {
        let url = try #require(URL(string: "http://127.0.0.1:1"))
        var order = PublishOrder(
            server: .whip(url), channel: "room", uid: 7, media: .pattern, codec: .h264, count: 1, duration: nil,
            conditions: nil, seed: 1)
        try change(&order)
        return order
    }

    static let refusals: [(remedy: String, change: @Sendable (inout PublishOrder) throws -> Void)] = [
        ("--b-frames: vp8 has none", { ($0.codec, $0.reorderedPictureCount) = (.vp8, 2) }),
        ("add --uid", { ($0.script, $0.uid) = (try PublishScript(parsing: "leave=1-2"), nil) }),
        ("--count 4 at most", { ($0.script, $0.count) = (try PublishScript(parsing: "rotate=90@1"), 5) }),
        ("--count 4 at most", { ($0.isSimulcast, $0.count) = (true, 5) }),
        ("--size 320x240 or more", { ($0.isSimulcast, $0.size.width) = (true, 300) }),
        (
            "too small for 3 encodings",
            { ($0.isSimulcast, $0.script) = (true, try PublishScript(parsing: "resize=320x240@1")) }
        ),
        ("there is no encoding 1", { $0.script = try PublishScript(parsing: "pause=1@1-2") }),
        ("drop them, or --file", { ($0.isSimulcast, $0.media) = (true, .file("a.mp4")) }),
        (
            "drop the rest, or --file",
            { ($0.script, $0.media) = (try PublishScript(parsing: "rotate=90@1"), .file("a.mp4")) }
        ),
    ]

    @Test("is refused by the option that cannot be, with what to write instead", arguments: refusals)
    func refuses(_ example: (remedy: String, change: @Sendable (inout PublishOrder) throws -> Void)) throws {
        let order = try Self.order(example.change)
        let error = try #require(throws: PublishError.self) { try order.check() }
        #expect(error.description.contains(example.remedy))
    }

    @Test("is taken if it can be, by files too")
    func takes() throws {
        try Self.order { $0.count = 100 }.check()
        try Self.order { ($0.codec, $0.reorderedPictureCount) = (.h265, 2) }.check()
        try Self.order { $0.script = try PublishScript(parsing: PublishScript.grammar) }.check()
        let file = try Self.order {
            ($0.script, $0.media) = (try PublishScript(parsing: "mute-video=1-2,leave=3-4"), .file("a.mp4"))
        }
        try file.check()
    }

    @Test("sends as many sizes side by side as can be read", arguments: [(640, 480, 3), (320, 240, 2), (638, 480, 2)])
    func encodings(_ width: Int, _ height: Int, _ count: Int) throws {
        let order = try Self.order { ($0.isSimulcast, $0.size) = (true, PictureSize(width: width, height: height)) }
        #expect(order.encodingCount == count)
        try order.check()
    }
}
