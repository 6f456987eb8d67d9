import HTTPServer
import Service
import Testing

@testable import API

@Suite("Whom a client of the cloud's paths wants to record")
struct CloudSelectionTests {
    private static func read(_ text: String) throws -> CloudSelection {
        let target = try #require(HTTPTarget(path: "/"))
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        let fields = try CloudFields(HTTPRequest(.post, target, headers: headers, body: Array(text.utf8)))
        return try CloudSelection(audio: fields, video: fields)
    }

    @Test("is everybody unless it is said")
    func silence() throws {
        let read = try Self.read("{}")
        #expect((read.audioUsers, read.videoUsers) == (nil, nil))
    }

    @Test(
        "is who is named, or everybody but those",
        arguments: [
            (#"["1", "2"]"#, UserSelection(only: ["1", "2"]), UserSelection(except: ["1", "2"])),
            (##"["#allstream#"]"##, .everybody, .nobody),
        ])
    func lists(list: String, some: UserSelection, others: UserSelection) throws {
        #expect(try Self.read(#"{"subscribeAudioUids": \#(list)}"#).audioUsers == some)
        #expect(try Self.read(#"{"unsubscribeAudioUids": \#(list)}"#).audioUsers == others)
        #expect(try Self.read(#"{"unSubscribeAudioUids": \#(list)}"#).audioUsers == others)
        #expect(try Self.read(#"{"subscribeVideoUids": \#(list)}"#).videoUsers == some)
        #expect(try Self.read(#"{"unsubscribeVideoUids": \#(list)}"#).videoUsers == others)
    }

    @Test("is nobody in the medium that is not named when the other one is")
    func alone() throws {
        #expect(try Self.read(#"{"subscribeAudioUids": ["1"]}"#).videoUsers == .nobody)
        #expect(try Self.read(#"{"unsubscribeVideoUids": ["1"]}"#).audioUsers == .nobody)
    }

    @Test("names up to 32 users, and each list excludes its opposite")
    func limits() throws {
        let most = (1...32).map { "\"\($0)\"" }.joined(separator: ", ")
        #expect(try Self.read(#"{"subscribeAudioUids": [\#(most)]}"#).audioUsers?.only?.count == 32)
        for wrong in [
            #"{"subscribeAudioUids": [\#(most), "33"]}"#, #"{"subscribeAudioUids": []}"#,
            ##"{"subscribeAudioUids": ["#allstream#", "1"]}"##, #"{"subscribeAudioUids": [""]}"#,
            #"{"subscribeAudioUids": [1]}"#, #"{"subscribeAudioUids": "1"}"#,
            #"{"subscribeAudioUids": ["1"], "unsubscribeAudioUids": ["2"]}"#,
            #"{"subscribeVideoUids": ["1"], "unSubscribeVideoUids": ["2"]}"#,
            #"{"unsubscribeVideoUids": ["1"], "unSubscribeVideoUids": ["2"]}"#,
        ] {
            let refusal = try #require(throws: CloudRefusal.self) { try Self.read(wrong) }
            #expect((refusal.status, refusal.code) == (400, 2), "\(wrong)")
        }
    }
}
