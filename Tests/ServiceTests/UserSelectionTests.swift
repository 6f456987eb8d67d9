import Foundation
import Service
import Testing

@Suite("Selections of users")
struct UserSelectionTests {
    @Test("are everybody, unless some are named")
    func includes() {
        let cases: [(UserSelection, [String])] = [
            (.everybody, ["1", "2", "12", "x"]), (.nobody, []), (UserSelection(only: ["1", "x"]), ["1", "x"]),
            (UserSelection(except: ["2"]), ["1", "12", "x"]), (UserSelection(matching: "1.?"), ["1", "12"]),
            (UserSelection(only: ["x"], matching: "1"), ["1", "x"]),
            (UserSelection(except: []), ["1", "2", "12", "x"]),
        ]
        for (selection, expected) in cases {
            #expect(["1", "2", "12", "x"].filter(selection.includes) == expected)
        }
    }

    @Test("are read as they were written, and not if anything in them would be passed over")
    func reading() throws {
        for selection in [UserSelection.everybody, .nobody, UserSelection(except: ["2"]), UserSelection(matching: "1")]
        {
            let text = try JSONEncoder().encode(selection)
            #expect(try JSONDecoder().decode(UserSelection.self, from: text) == selection)
        }
        for text in [#"{"onyl": ["1"]}"#, #"{"only": null}"#, #"{"only": "1"}"#, #"["1"]"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(UserSelection.self, from: Data(text.utf8)) }
        }
    }
}
