import CommandLineOptions
import Testing

@Suite("A command line")
struct ArgumentsTests {
    private static let known = [
        OptionDescription("channel", "C", "which channel"), OptionDescription("pattern", nil, "a flag"),
        OptionDescription("public-ip", "IP", "an address", isRepeatable: true),
        OptionDescription("count", "N", "how many"),
    ]

    private static func parse(_ words: String...) throws -> Arguments { try Arguments(parsing: words, known: known) }

    @Test(
        "takes a value behind a blank or an equals sign, and keeps what follows the first of those",
        arguments: [["--channel", "a=b"], ["--channel=a=b"]])
    func values(words: [String]) throws {
        let arguments = try Arguments(parsing: words, known: Self.known)
        #expect(arguments["channel"] == "a=b")
        #expect(arguments.words.isEmpty)
    }

    @Test("tells flags, words and repeated options apart, in their order")
    func kinds() throws {
        let arguments = try Self.parse(
            "one", "--public-ip", "::1", "--pattern", "two", "--public-ip=127.0.0.1", "-x", "--")
        #expect(arguments.words == ["one", "two", "-x", "--"])
        #expect(arguments.has("pattern"))
        #expect(!arguments.has("channel"))
        #expect(
            arguments.options.map { "\($0.name)=\($0.value)" } == ["public-ip=::1", "pattern=", "public-ip=127.0.0.1"])
        #expect(arguments["public-ip"] == "127.0.0.1")
    }

    @Test("takes an empty value only behind an equals sign")
    func emptyValue() throws { #expect(try Self.parse("--channel=")["channel"] == "") }

    @Test(
        "refuses by name what it does not understand, and suggests what was meant",
        arguments: [
            (["--chanel", "a"], "unknown option --chanel; did you mean --channel?"),
            (["--xyzzyplugh"], "unknown option --xyzzyplugh; see --help"),
            (["--channel"], "--channel wants a value: --channel C"),
            (["--channel", "--pattern"], "--channel wants a value: --channel C"),
            (["--pattern=yes"], "--pattern takes no value"),
            (["--channel", "a", "--channel=b"], "--channel is given twice; keep one of them"),
        ])
    func refusals(words: [String], message: String) {
        #expect(throws: OptionError(message)) { try Arguments(parsing: words, known: Self.known) }
    }

    @Test("reads another name of an option as its own, and refuses both at once")
    func alias() throws {
        let known = [OptionDescription("stream-type", "0|1", "", alias: "streamType")]
        #expect(try Arguments(parsing: ["--streamType", "1"], known: known)["stream-type"] == "1")
        #expect(throws: OptionError("--stream-type is given twice; keep one of them")) {
            try Arguments(parsing: ["--streamType", "1", "--stream-type", "0"], known: known)
        }
    }

    @Test("reads numbers within limits, both ends included", arguments: [("1", 1), ("10", 10)])
    func numbers(text: String, number: Int) throws {
        #expect(try Self.parse("--count", text).number("count", in: 1...10) == number)
    }

    @Test("has no number where none was given")
    func noNumber() throws {
        let number: Int? = try Self.parse().number("count", in: 1...10)
        #expect(number == nil)
    }

    @Test("refuses what is no number, or lies outside of the limits", arguments: ["0", "11", "-1", "1.5", "ten", ""])
    func badNumbers(text: String) throws {
        let arguments = try Self.parse("--count=\(text)")
        #expect(throws: OptionError("--count is a number from 1 to 10, not '\(text)'")) {
            let _: Int? = try arguments.number("count", in: 1...10)
        }
    }
}
