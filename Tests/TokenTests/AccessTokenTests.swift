import Bytes
import TestSupport
import Testing
import Token

@Suite("Tokens of the legacy product")
struct AccessTokenTests {
    private static let project = "970CA35de60c44645bbae8a215061b33"
    /// Reference tokens of the formats' published test data, for user 2882341273: issued at 1,111,111 for 600 s.
    private static let seven =
        "007eJxTYBBbsMMnKq7p9Hf/HcIX5kce9b518kCiQgSr5Zrp4X1Tu6UUGCzNDZwdjU1TUs0Mkk1MzExMk5ISUy0SjQxNDcwMk4yN3b8IMEQwMTAwMoAw"
        + "BIL4CgzmKeZGxmamqUmWFsYmFqbGluapxqnGaZYpJmYGSSkpiVwMRhYWRsYmhkbmxgDCaiTj"
    private static let six =
        "006970CA35de60c44645bbae8a215061b33IACV0fZUBw+72cVoL9eyGGh3Q6Poi8bgjwVLnyKSJyOXR7dIfRBXoFHlEAABAAAAR/QQAAEAAQCvKDdW"

    @Test("say when they end")
    func references() throws {
        #expect(try AccessToken(parsing: Self.seven) == Self.token(ending: 1_111_711))
        #expect(try AccessToken(parsing: Self.six) == Self.token(ending: 1_446_455_471))
    }

    private static func token(ending expiry: Int64?) throws -> AccessToken {
        var token = try AccessToken(parsing: six)
        (token.appID, token.expiry) = (project, expiry)
        return token
    }

    /// A token 007 whose content is stored, not compressed.
    private static func seven(
        life: UInt32 = 900, services: [(type: UInt16, privileges: [(UInt16, UInt32)])]
    ) -> String {
        var content = packed([UInt8](repeating: 9, count: 32)) + packed(Array(project.utf8))
        content += little(UInt32(1_000)) + little(life) + little(UInt32(7)) + little(UInt16(services.count))
        for service in services {
            content += little(service.type) + little(UInt16(service.privileges.count))
            for (privilege, end) in service.privileges { content += little(privilege) + little(end) }
            content += packed(Array("room".utf8)) + packed([])
        }
        let count = UInt16(content.count)
        return "007" + base64([0x78, 0x01, 0x01] + little(count) + little(~count) + content + adler(content))
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func packed(_ bytes: [UInt8]) -> [UInt8] { little(UInt16(bytes.count)) + bytes }

    private static func adler(_ bytes: [UInt8]) -> [UInt8] {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes { (low, high) = ((low + UInt32(byte)) % 65_521, (high + low + UInt32(byte)) % 65_521) }
        return little(high << 16 | low).reversed()
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << ((3 - group.count) * 8)
            for place in 0...group.count { text.append(letters[bits >> (18 - place * 6) & 63]) }
        }
        return text
    }

    @Test("end with their life, or with the right to join where that ends sooner")
    func ends() throws {
        func end(_ life: UInt32, _ services: [(type: UInt16, privileges: [(UInt16, UInt32)])]) throws -> Int64? {
            try AccessToken(parsing: Self.seven(life: life, services: services)).expiry
        }
        #expect(try end(900, [(1, [(1, 300), (2, 10)])]) == 1_300)
        #expect(try end(900, [(1, [(1, 1_200)])]) == 1_900)
        #expect(try end(900, [(1, [(1, 0)])]) == 1_900)
        #expect(try end(900, [(2, [(1, 100)])]) == 1_900)
        #expect(try end(900, []) == 1_900)
        #expect(try end(.max, [(1, [(1, .max)])]) == 1_000 + Int64(UInt32.max))
    }

    @Test(
        "are no other texts",
        arguments: [
            "", "007", "006", "005AQAoADhG", "hello", "007????", "006" + project, "006" + project + "AAAA",
            "007" + String(repeating: "A", count: 9_000),
        ])
    func refused(text: String) { #expect(throws: WireError.self) { try AccessToken(parsing: text) } }

    @Test("are refused or read, whatever is wrong in them", arguments: [seven, six])
    func damaged(text: String) {
        neverTraps(Array(text.utf8)) { _ = try AccessToken(parsing: String(decoding: $0, as: UTF8.self)) }
    }
}
