import Bytes
import Testing

@Suite("Hexadecimal text")
struct HexTests {
    @Test("writes two lower-case digits a byte")
    func writing() {
        #expect([0, 0x0F, 0xA5, 0xFF].hex == "000fa5ff")
        #expect([UInt8]().hex == "")
    }

    @Test(
        "reads digits of either case, ignoring blanks, line ends and colons",
        arguments: [("", []), ("00ff", [0, 255]), ("AB:cd", [0xAB, 0xCD]), (" 1 2\n\t34 ", [0x12, 0x34])]
            as [(String, [UInt8])])
    func reading(text: String, expected: [UInt8]) { #expect([UInt8](hex: text) == expected) }

    @Test("refuses half bytes, other characters, and digits that are not ASCII", arguments: ["1", "0g", "12-34", "１２"])
    func refusing(text: String) { #expect([UInt8](hex: text) == nil) }
}
