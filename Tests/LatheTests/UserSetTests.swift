import Service
import Testing

@testable import Lathe

@Suite("A set of users")
struct UserSetTests {
    private static let some = ["1", "2", "3"]

    private static func set(_ names: [String], isComplement: Bool) -> UserSet {
        var set = isComplement ? UserSet.everybody : .nobody
        for name in names { if isComplement { set.remove(name) } else { set.insert(name) } }
        return set
    }

    @Test("holds whoever was put in, and everybody but who was taken out")
    func membership() {
        var set = UserSet.nobody
        set.insert("1")
        #expect(set.contains("1") && !set.contains("2"))
        set.remove("1")
        #expect(set == .nobody)
        set = .everybody
        set.remove("1")
        #expect(!set.contains("1") && set.contains("2"))
        set.insert("1")
        #expect(set == .everybody)
    }

    @Test("intersects as its members do", arguments: [false, true], [false, true])
    func intersection(left: Bool, right: Bool) {
        let one = Self.set(["1", "2"], isComplement: left)
        let other = Self.set(["2", "3"], isComplement: right)
        let both = one.intersection(other)
        for name in Self.some + ["4"] {
            #expect(both.contains(name) == (one.contains(name) && other.contains(name)), "\(name)")
        }
    }

    @Test("is told the engine as the list that names fewest")
    func selection() {
        #expect(UserSet.everybody.selection == .everybody)
        #expect(UserSet.nobody.selection == .nobody)
        #expect(Self.set(["2", "1"], isComplement: false).selection == UserSelection(only: ["1", "2"]))
        #expect(Self.set(["3"], isComplement: true).selection == UserSelection(except: ["3"]))
    }
}
