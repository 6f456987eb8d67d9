import Legacy
import Testing

@Suite("The legacy usage")
struct LegacyUsageTests {
    @Test("has one line with types, boolean flags left out, then one for each flag in order")
    func lines() {
        let lines = LegacyUsage.text(program: "recorder_local").split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix("usage: recorder_local --appId <string> --channel <string> --appliteDir <string>"))
        #expect(!lines[0].contains("isAudioOnly"))
        #expect(lines.count == LegacyFlag.all.count + 1)
        for (line, flag) in zip(lines.dropFirst(), LegacyFlag.all) {
            #expect(line.hasPrefix("  --\(flag.name) "))
            #expect(line.hasSuffix(flag.help))
        }
    }
}
