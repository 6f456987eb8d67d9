import Testing

@Suite("Telling code from comments and strings")
struct CodeOnlyTests {
    @Test(
        "blanks everything but code, and keeps every place",
        arguments: [
            ("a // b {", "a       "), ("a /* { /* } */ { */ b", "a                   b"),
            (#"f("}", x)"#, "f(   , x)"), (#"f("\"}", x)"#, "f(     , x)"), (##"f(#"}"{"#, x)"##, "f(       , x)"),
            (#"f("\(g("{"))}", x)"#, "f(            , x)"), ("\"\"\"\n{\n\"\"\" + b", "   \n \n    + b"),
            ("a / b / c", "a / b / c"), ("f(/x{2}\"/, y)", "f(       , y)"), ("x /= 2", "x /= 2"),
            ("\"unterminated {", "               "),
        ])
    func blanks(text: String, expected: String) {
        #expect(String(decoding: CodeOnly.of(Array(text.utf8)), as: UTF8.self) == expected)
    }
}
