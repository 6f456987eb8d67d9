import Capture
import Service
import Testing

@testable import Lathe

@Suite("Numbers of docs/compatibility.md")
struct EnumerationWalkTests {
    private static let rows = PageRow.rows(under: "Numbers")

    /// Whether an enumeration has a number.
    private static let numbers: [String: @Sendable (Int) -> Bool] = [
        "LeaveCode": { code in
            let known: [Lathe.LeaveCode] = [.signal, .noUsers, .timerCatch, .clientLeave]
            return known.contains { $0.rawValue == code }
        },
        "UserOfflineReason": { UserOfflineReason(rawValue: $0) != nil },
        "ChannelProfileType": { ChannelProfileType(rawValue: $0) != nil },
        "VideoStreamType": { VideoStreamType(rawValue: $0) != nil },
        "RecorderStreamType": { RecorderStreamType(rawValue: $0) != nil },
        "RecorderState": { RecorderState(rawValue: $0) != nil },
        "RecorderReason": { RecorderReason(rawValue: $0) != nil },
        "ErrorCode": { ErrorCode(rawValue: $0) != nil },
        "RemoteStreamState": { RemoteStreamState(rawValue: $0) != nil },
        "RemoteStreamReason": { RemoteStreamReason(rawValue: $0) != nil },
        "StreamQuality": { StreamQuality(rawValue: $0) != nil },
    ]

    /// Whether a choice has a word.
    private static let words: [String: @Sendable (String) -> Bool] = [
        "RecorderTrigger": { RecorderTrigger(rawValue: $0) != nil },
        "container": { ContainerChoice(rawValue: $0) != nil },
    ]

    @Test("have the members that the page says, and no others", arguments: rows)
    func members(row: PageRow) throws {
        for match in row.promise.matches(of: /`(\w+)` (-?\d+(?:, -?\d+)*)/) {
            let has = try #require(Self.numbers[String(match.output.1)], "nobody knows \(match.output.1)")
            let members = match.output.2.split(separator: ",").compactMap { Int($0.filter { $0 != " " }) }
            #expect((-10...2_000).filter(has) == members.sorted(), "\(match.output.1)")
        }
    }

    @Test("have the words that the page says", arguments: rows)
    func choices(row: PageRow) {
        let code = PageRow.code(row.promise)
        guard let type = code.first, let has = Self.words[type] else { return }
        #expect(code.count > 1)
        for word in code.dropFirst() { #expect(has(word), "\(type) has no \(word)") }
    }

    @Test("have all a row that says what is there, or that nothing is", arguments: rows)
    func promises(row: PageRow) {
        let code = PageRow.code(row.promise)
        let isSaid = ["none", "no use"].contains { row.promise.hasPrefix($0) }
        let isKnown = code.first.map { name in
            Self.numbers[name] != nil || Self.words[name] != nil
                || ["subscribeAudio", "codec", "VideoFrameCapture"].contains(name)
        }
        #expect(isSaid || isKnown == true, "\(row.promise)")
    }

    @Test("are every enumeration's of ours")
    func completeness() {
        let named = Self.rows.flatMap { row in row.promise.matches(of: /`(\w+)` -?\d/).map { String($0.output.1) } }
        #expect(Set(named) == Set(Self.numbers.keys))
    }
}
