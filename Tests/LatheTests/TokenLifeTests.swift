import Testing

@testable import Lathe

@Suite("The life of a token")
struct TokenLifeTests {
    /// Ends at 1,446,455,471.
    private static let token =
        "006970CA35de60c44645bbae8a215061b33IAAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEAAAACAAAAFgABAAAArggAAAIAAQCv"
        + "KDdWAgAAAAAA"
    private static let end: Int64 = 1_446_455_471

    @Test("is told 30 s before its end and at its end, once")
    func told() throws {
        var life = try TokenLife(Self.token)
        #expect(life.advance(to: Self.end - 31) == [])
        #expect(life.advance(to: Self.end - 30) == [.tokenPrivilegeWillExpire(token: Self.token)])
        #expect(life.advance(to: Self.end - 1) == [])
        #expect(life.advance(to: Self.end) == [.tokenPrivilegeDidExpire])
        #expect(life.advance(to: Self.end + 100) == [])
    }

    @Test("is over at once of a token that has ended")
    func over() throws {
        var life = try TokenLife(Self.token)
        #expect(life.advance(to: Self.end + 1) == [.tokenPrivilegeDidExpire])
    }

    @Test(
        "is of no text that is none, and the text is not repeated", arguments: ["", "secret", "005AAAA", "007!secret"])
    func refused(text: String) {
        let error = #expect(throws: RecorderError.self) { try TokenLife(text) }
        #expect(error?.code == .invalidToken && error?.field == "token")
        #expect(error?.message.contains("secret") == false)
    }
}
