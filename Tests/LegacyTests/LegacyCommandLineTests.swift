import CommandLineOptions
import Legacy
import Testing
import Units

@Suite("A legacy command line")
struct LegacyCommandLineTests {
    private static func values(_ words: [String]) throws -> LegacyValues {
        try LegacyCommandLine(parsing: words).values
    }

    @Test(
        "takes one dash or two, a blank or an equals sign, and beginnings of names",
        arguments: [
            ["--appId", "A", "--channel", "C", "--idle", "10"], ["-appId", "A", "-channel", "C", "-idle", "10"],
            ["--appId=A", "--channel=C", "--idle=10"], ["-appId=A", "--channel", "C", "-idle=10"],
            ["--appI", "A", "--channel", "C", "--id", "10"],
            ["--idle", "3", "--channel=C", "--appId", "A", "--idle=10", "--"],
        ])
    func forms(words: [String]) throws {
        let values = try Self.values(words)
        #expect(values.text("appId") == "A")
        #expect(values.text("channel") == "C")
        #expect(values.number("idle") == 10)
    }

    @Test("prefers the name that is whole, and the older command line where a beginning fits both")
    func precedence() throws {
        // `channel` also begins `channelKey` and `channelProfile`; `sec` begins `secret`, and `sa` the newer `salt`.
        let values = try Self.values(["--channel", "C", "--sec", "x", "--sa", "y", "--use", "anna"])
        #expect(values.text("channel") == "C")
        #expect(values.text("secret") == "x")
        #expect(values.text("salt") == "y")
        #expect(values.text("userAccount") == "anna")
    }

    @Test("tells an option of ours from the beginning of a flag by what stands behind it")
    func ownName() throws {
        let own = [OptionDescription("trigger", "automatic|manual", "when")]
        let ours = try LegacyCommandLine(parsing: ["--trigger", "manual"], besides: own)
        #expect(ours.others == [LegacyOption("trigger", "manual")])
        #expect(ours.values == LegacyValues())
        let theirs = try LegacyCommandLine(parsing: ["--trigger", "1"], besides: own)
        #expect(theirs.others == [])
        #expect(theirs.values.number("triggerMode") == 1)
        #expect(throws: OptionError.self) { try LegacyCommandLine(parsing: ["--trigger", "manual"]) }
    }

    @Test(
        "reads numbers in base 10, an empty one as 0, and 0 as no",
        arguments: [("0", 0), ("1", 1), ("7", 7), ("", 0), (" 5", 5), ("+5", 5), ("-1", -1), ("010", 10)])
    func numbers(text: String, number: Int) throws {
        let values = try Self.values(["--isAudioOnly=\(text)"])
        #expect(values.number("isAudioOnly") == number)
        #expect(values.isOn("isAudioOnly") == (number != 0))
    }

    @Test("lets a negative number without a sign count down from 2³²")
    func wrapping() throws { #expect(try Self.values(["--lowUdpPort", "-1"]).number("lowUdpPort") == 4_294_967_295) }

    @Test(
        "is refused, naming what is wrong",
        arguments: [
            (["--chanel", "C"], "unknown option --chanel; the usage lists those that are known"),
            (["--channel", "C", "stray"], "'stray' belongs to no option; every value follows its option"),
            (["--", "x"], "'x' belongs to no option; every value follows its option"),
            (["-", "x"], "'-' belongs to no option; every value follows its option"),
            (["--=5"], "unknown option --; the usage lists those that are known"),
            (["--channel"], "--channel is the last word, and its value is missing"),
            (["--idle", "10s"], "--idle wants a whole number, not '10s'"),
            (["--idle", "5 "], "--idle wants a whole number, not '5 '"),
            (["--idle", "0x10"], "--idle wants a whole number, not '0x10'"),
            (["--lowUdpPort", "4294967296"], "--lowUdpPort wants a number of 32 bits, and 4294967296 has more"),
            (["--idle", "99999999999"], "--idle wants a number of 32 bits, and 99999999999 has more"),
            (
                ["--isAudioOnly", "--channel", "C"],
                "--isAudioOnly wants a whole number, not '--channel'; every flag takes a value, which seems to be missing"
            ),
            (
                ["--chan", "C"],
                "--chan may stand for --channel, --channelKey, --channelProfile; write out which"
            ),
            (["--proxy", "1"], "--proxy may stand for --proxyType, --proxyServer; write out which"),
        ])
    func refusals(words: [String], message: String) {
        #expect(throws: OptionError(message)) { try Self.values(words) }
    }

    @Test("takes our own options by their whole names, where no legacy flag is meant")
    func ownOptions() throws {
        let own = [OptionDescription("http", "HOST:PORT", ""), OptionDescription("trigger", "automatic|manual", "")]
        let line = try LegacyCommandLine(parsing: ["--http", "[::]:80", "--trigger", "1"], besides: own)
        #expect(line.others == [LegacyOption("http", "[::]:80")])
        #expect(line.values.number("triggerMode") == 1)
        #expect(throws: OptionError.self) { try LegacyCommandLine(parsing: ["--htt", "x"], besides: own) }
    }

    @Test("is read the same in any order of its flags")
    func order() throws {
        let pairs = [
            ["--appId", "A"], ["--channel", "C"], ["--idle", "30"], ["--isVideoOnly", "1"], ["--streamType=1"],
        ]
        let values = try Self.values(pairs.flatMap(\.self))
        #expect(try Self.values(pairs.reversed().flatMap(\.self)) == values)
    }

    @Test("never traps, whatever its words are")
    func anyWords() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let names = LegacyFlag.all.map(\.name)
        for _ in 0..<2_000 {
            let words = (0..<Int.random(in: 0...6, using: &random)).map { _ -> String in
                let name = names.randomElement(using: &random) ?? ""
                let value =
                    ["", "1", "-1", "x", "--", "=", "--=", "99999999999999999999", "a,b", "(", "\u{301}"]
                    .randomElement(using: &random) ?? ""
                return ["--\(name)", "-\(name.prefix(4))", "--\(name)=\(value)", value].randomElement(using: &random)
                    ?? ""
            }
            // What is understood must also be translated or refused.
            if let values = try? Self.values(words) { _ = try? LegacyOrder(values) }
        }
    }
}
