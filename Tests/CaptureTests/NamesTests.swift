import Capture
import Channel
import Testing
import Units

@Suite("Names of files and moments")
struct NamesTests {
    /// 2019-06-11 07:32:46.073004005 UTC.
    static let moment = WallTime(unixNanoseconds: 1_560_238_366_073_004_005)

    @Test("follow the pattern that scripts know")
    func pattern() throws {
        let room = try ChannelName("My room")
        #expect(
            RecordingNames.directory(channel: room, startedAt: Self.moment) == [
                "20190611", "My%20room_073246_073004005",
            ])
        #expect(
            RecordingNames.take(of: .number(123), startedAt: Self.moment, container: .mp4)
                == "123_20190611073246073.mp4")
        #expect(RecordingNames.take(of: .composite, startedAt: Self.moment, container: .m4a).hasPrefix("0_2019"))
        #expect(RecordingNames.index(of: .number(123), startedAt: Self.moment) == "uid_123_20190611073246073.txt")
        #expect(RecordingNames.liveIndex(of: .number(1), startedAt: Self.moment).hasPrefix(".uid_1_"))
        #expect(
            RecordingNames.metadataText(channel: room)
                == "<version>2.0</version>\n<tag></tag>\n<channel name>My room</channel name>\n")
    }

    @Test(
        "stay one harmless part of a path",
        arguments: [
            ("room", "room"), ("..", "%2E."), (".a.b", "%2Ea.b"), ("a/b", "a%2Fb"), ("50%", "50%25"), ("\u{7}", "%07"),
            ("a b|c", "a%20b%7Cc"), ("ü", "%C3%BC"),
        ])
    func escapes(_ name: String, _ escaped: String) {
        #expect(RecordingNames.escaped(name) == escaped)
    }

    @Test(
        "say whose take it is, of what, and from when on",
        arguments: [("123", Lane.user), ("a b", .user), ("a_b", .user), ("123", .screen(1)), ("a_b", .screen(3))])
    func parts(user: String, lane: Lane) throws {
        let id = try #require(UserID(user))
        let name = RecordingNames.take(of: id, lane: lane, startedAt: Self.moment, container: .webm)
        let parts = try #require(RecordingNames.parts(ofTake: name))
        #expect((parts.user, parts.lane) == (user, lane.name))
        #expect(parts.startedAt == WallTime(unixNanoseconds: 1_560_238_366_073_000_000))
    }

    @Test(
        "are no takes' names otherwise",
        arguments: ["", "1.mp4", "1_2019.mp4", "uid.txt", "_.mp4", "a_20191301000000000.mp4"])
    func noParts(_ name: String) { #expect(RecordingNames.parts(ofTake: name) == nil) }

    @Test("name moments that can be read back, for a quarter of a millennium")
    func stamps() {
        for day in 0..<250 * 366 as Range<Int64> {
            let time = WallTime(unixNanoseconds: (day * 86_400_000 + 45_296_789) * 1_000_000)
            #expect(WallTime(stamp: time.stamp) == time)
        }
    }

    @Test(
        "know the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_799, "2000-02-29T23:59:59.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800, "2024-02-29T00:00:00.000Z"), (1_735_689_599, "2024-12-31T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)])
    func calendar(seconds: Int64, text: String) {
        #expect(WallTime(unixNanoseconds: seconds * 1_000_000_000).iso8601 == text)
    }

    @Test("go on from day to day for three centuries")
    func days() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var seconds: Int64 = 0
        for year in 1970..<2260 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, length) in lengths.enumerated() {
                for day in 1...(month == 1 && isLeap ? 29 : length) {
                    let expected = year * 10_000 + (month + 1) * 100 + day
                    #expect(WallTime(unixNanoseconds: seconds * 1_000_000_000).day == "\(expected)")
                    seconds += 86_400
                }
            }
        }
    }

    @Test("count on from one look at the world's clock")
    func clock() {
        let clock = WallClock(Self.moment, at: .ms(10_000))
        #expect(clock.time(at: .ms(11_500)).stamp == "20190611073247573")
        #expect(clock.time(at: .ms(9_000)) < Self.moment)
        #expect(Self.moment.unixMilliseconds == 1_560_238_366_073)
    }
}
