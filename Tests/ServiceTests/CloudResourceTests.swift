import Testing

@testable import Service

@Suite("The right to start a recording")
struct CloudResourceTests {
    private static let made = CloudResource(appID: "a1", channel: "room", uid: 527_841, atUnixSeconds: 1_790_000_000)

    @Test("is a text that says all of it, and is read as it was written")
    func text() throws {
        let text = Self.made.text
        #expect(text.count == 64)
        let read = try #require(CloudResource(text))
        #expect(read == Self.made)
        #expect(read.uid == 527_841)
        #expect(try #require(CloudResource(key: read.key)) == read)
    }

    @Test("lasts five minutes")
    func end() {
        #expect(!Self.made.isOver(atUnixSeconds: 1_790_000_299))
        #expect(Self.made.isOver(atUnixSeconds: 1_790_000_300))
    }

    @Test("is of one App ID and one channel")
    func belonging() {
        #expect(Self.made.belongs(to: "a1", channel: "room"))
        #expect(!Self.made.belongs(to: "a2", channel: "room"))
        #expect(!Self.made.belongs(to: "a1", channel: "rooms"))
        #expect(!Self.made.belongs(to: "a", channel: "1room"))
    }

    @Test("belongs to nothing when any digit of it is another")
    func damage() throws {
        for index in Self.made.text.indices {
            var digits = Array(Self.made.text)
            let place = Self.made.text.distance(from: Self.made.text.startIndex, to: index)
            digits[place] = digits[place] == "0" ? "1" : "0"
            let read = try #require(CloudResource(String(digits)))
            #expect(!read.belongs(to: "a1", channel: "room"))
        }
    }

    @Test("is different each time")
    func fresh() {
        let many = (0..<100).map { _ in CloudResource(appID: "a", channel: "c", uid: 1, atUnixSeconds: 1) }
        #expect(Set(many).count == 100)
    }

    @Test("is not read out of other texts")
    func others() {
        let text = Self.made.text
        for wrong in ["", String(text.dropLast()), text + "0", text.uppercased() + "", "g" + text.dropFirst()]
        where wrong != text {
            #expect(CloudResource(wrong) == nil)
        }
        #expect(CloudResource("+f" + text.dropFirst(2)) == nil)
        #expect(CloudResource(key: nil) == nil)
        #expect(CloudResource(key: text) == nil)
        #expect(CloudResource(key: "cloud:") == nil)
    }
}
