import Testing
import WHIP

@Suite("Entity tags and If-Match, RFC 9110 §13.1.1")
struct EntityTagTests {
    @Test("stand between quotes")
    func quoted() {
        #expect(EntityTag("a-1_B").description == "\"a-1_B\"")
    }

    @Test(
        "are demanded by If-Match",
        arguments: [
            (nil, nil), ("", nil), ("  ", nil), ("*", .any), (" * ", .any), ("\"a\"", .oneOf(["a"])),
            ("\"a\" ,\t\"b\"", .oneOf(["a", "b"])), ("W/\"a\"", .oneOf([])), ("a", .oneOf([])),
            ("\"", .oneOf([])), ("\"a\", *", .oneOf(["a"])), (",", .oneOf([])),
        ] as [(String?, EntityTagCondition?)])
    func condition(_ field: String?, _ condition: EntityTagCondition?) {
        #expect(EntityTagCondition(field) == condition)
    }

    @Test("match exactly, or any")
    func matches() {
        #expect(EntityTagCondition.any.allows(EntityTag("a")))
        #expect(EntityTagCondition.oneOf(["b", "a"]).allows(EntityTag("a")))
        #expect(!EntityTagCondition.oneOf(["A", "aa", ""]).allows(EntityTag("a")))
        #expect(!EntityTagCondition.oneOf([]).allows(EntityTag("a")))
    }
}
