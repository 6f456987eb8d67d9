import HTTPServer
import Testing

@testable import API

@Suite("The fields of a request to the cloud's paths")
struct CloudFieldsTests {
    private static func read(_ text: String, type: String? = "application/json;charset=utf-8") throws -> CloudFields {
        var headers: HTTPHeaders = [:]
        headers["Content-Type"] = type
        let target = try #require(HTTPTarget(path: "/"))
        return try CloudFields(HTTPRequest(.post, target, headers: headers, body: Array(text.utf8)))
    }

    private static func reason(_ body: () throws -> Void) throws -> String {
        let refusal = try #require(throws: CloudRefusal.self) { try body() }
        #expect((refusal.status, refusal.code) == (400, 2))
        return refusal.reason
    }

    @Test("are read by name and kind")
    func kinds() throws {
        let fields = try Self.read(#"{"a": "x", "b": 5, "c": true, "d": ["1", "2"], "e": {"f": "y"}}"#)
        #expect(try fields.text("a") == "x")
        #expect(try fields.number("b", in: 0...5) == 5)
        #expect(try fields.flag("c") == true)
        #expect(try fields.texts("d") == ["1", "2"])
        #expect(try fields.part("e")?.text("f") == "y")
        #expect(try fields.choice("a", of: ["x", "z"]) == "x")
        #expect(fields.ignored == nil)
        #expect(try fields.number("g", in: 0...1) == nil)
        #expect(try fields.part("g") == nil)
    }

    @Test("are named with their whole path when they are wrong, or had no effect")
    func paths() throws {
        let fields = try Self.read(#"{"b": 7, "e": {"f": {"g": 5, "h": 1}}, "i": null}"#)
        let inner = try #require(try fields.part("e")?.part("f"))
        #expect(try Self.reason { _ = try inner.text("g") } == "e.f.g is a text in quotes")
        #expect(try Self.reason { _ = try inner.text("x") } == "e.f.x is missing")
        #expect(try Self.reason { _ = try fields.number("b", in: 1...6) } == "b lies between 1 and 6, not 7")
        #expect(try Self.reason { try inner.refuse("h", "leave it out") } == "e.f.h: leave it out")
        #expect(fields.ignored == ["e.f.h", "i"])
    }

    @Test(
        "are refused when they are of another kind",
        arguments: [#""x""#, "1.5", "null", "true", #"["x"]"#, #"{"x": 1}"#, "12345678901234567890"])
    func wrong(value: String) throws {
        let text = #"{"a": \#(value)}"#
        let isText = value.hasPrefix("\"")
        if !isText { #expect(throws: CloudRefusal.self) { try Self.read(text).text("a") } }
        #expect(throws: CloudRefusal.self) { try Self.read(text).number("a", in: 0...1) }
        if value != "true" { #expect(throws: CloudRefusal.self) { try Self.read(text).flag("a") } }
        if !value.hasPrefix("[") { #expect(throws: CloudRefusal.self) { try Self.read(text).texts("a") } }
        if !value.hasPrefix("{") { #expect(throws: CloudRefusal.self) { try Self.read(text).part("a") } }
        #expect(throws: CloudRefusal.self) { try Self.read(text).choice("a", of: ["y"]) }
    }

    @Test("come as a JSON object and are called that")
    func document() throws {
        for text in ["", "[]", "{", "5", #"{"a": "#] { #expect(throws: CloudRefusal.self) { try Self.read(text) } }
        for type in [nil, "", "text/plain", "application/x-www-form-urlencoded"] {
            let refusal = try #require(throws: CloudRefusal.self) { try Self.read("{}", type: type) }
            #expect((refusal.status, refusal.code) == (400, 8))
        }
    }
}
