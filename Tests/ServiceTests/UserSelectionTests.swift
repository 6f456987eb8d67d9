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
}
