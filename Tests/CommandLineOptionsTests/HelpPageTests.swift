import Testing

@testable import CommandLineOptions

@Suite("The help of a command")
struct HelpPageTests {
    private static let options = [
        OptionDescription("http", "HOST:PORT", "where HTTP listens"),
        OptionDescription("auto-record", "individual|off|other", "what is recorded"),
        OptionDescription(
            "dry-run", nil, "say only what would be done, and nothing else, whatever there might be to be done"),
    ]

    private static func page(_ groups: [OptionGroup]) -> HelpPage {
        HelpPage(command: "serve", summary: "serves", usage: "lathe serve [OPTION…]", groups: groups)
    }

    @Test("shows all options where there is one group, and wraps what is long")
    func oneGroup() {
        #expect(
            Self.page([OptionGroup("options", "The options", Self.options)]).overview == """
                serves

                usage: lathe serve [OPTION…]

                  --http HOST:PORT  where HTTP listens
                  --auto-record individual|off|other
                                    what is recorded
                  --dry-run         say only what would be done, and nothing else, whatever
                                    there might be to be done

                """)
    }

    private static let groups = [
        OptionGroup("server", "where it is", [options[0]], common: ["http"]),
        OptionGroup("recording", "what is recorded", [options[1], options[2]]),
    ]

    @Test("shows what is used most, and the groups, where there are several")
    func overview() {
        #expect(
            Self.page(Self.groups).overview == """
                serves

                usage: lathe serve [OPTION…]

                  --http HOST:PORT  where HTTP listens

                'lathe serve --help GROUP' shows a group, and '--help all' everything:
                  server     where it is
                  recording  what is recorded

                """)
    }

    @Test("shows one group, or all of them")
    func group() throws {
        let page = Self.page(Self.groups)
        #expect(try page.group("server") == "where it is:\n  --http HOST:PORT  where HTTP listens\n")
        let all = try page.group("all")
        for option in Self.options { #expect(all.contains("  --\(option.name)")) }
        #expect(all.contains("\n\nwhat is recorded:\n"))
    }

    @Test("refuses a group that it does not have, and names those that it has")
    func unknownGroup() {
        #expect(throws: OptionError("--help knows no group 'x'; known are: server, recording, all")) {
            try Self.page(Self.groups).group("x")
        }
        #expect(throws: OptionError("--help knows no group 'x'; known are: all")) {
            try Self.page([Self.groups[0]]).group("x")
        }
    }

    @Test("stays within 80 columns, whatever the words are")
    func width() {
        for length in stride(from: 1, to: 60, by: 7) {
            let word = String(repeating: "w", count: length)
            let option = OptionDescription(
                word, length % 2 == 0 ? nil : word, Array(repeating: word, count: 9).joined(separator: " "))
            let lines = HelpPage.lines(of: [Self.options[0], option]).filter { $0.contains(" ") }
            // A name that is longer than a line cannot be shown in one.
            for line in lines where !line.hasPrefix("  --") && length < 48 { #expect(line.count <= 80, "\(line)") }
        }
    }
}
