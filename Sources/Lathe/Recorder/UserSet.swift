import Service

/// Some users of a channel, or all but some; also of those who come later.
struct UserSet: Equatable, Sendable {
    /// Those who are named, or, in `isComplement`, everybody else.
    private(set) var named: Set<String>
    private(set) var isComplement: Bool

    static let everybody = UserSet(named: [], isComplement: true)
    static let nobody = UserSet(named: [], isComplement: false)

    /// Whether a user is one of them.
    func contains(_ uid: String) -> Bool { named.contains(uid) != isComplement }

    mutating func insert(_ uid: String) {
        if isComplement { named.remove(uid) } else { named.insert(uid) }
    }

    mutating func remove(_ uid: String) {
        if isComplement { named.insert(uid) } else { named.remove(uid) }
    }

    /// Those who are in both.
    func intersection(_ other: UserSet) -> UserSet {
        switch (isComplement, other.isComplement) {
        case (true, true): UserSet(named: named.union(other.named), isComplement: true)
        case (true, false): UserSet(named: other.named.subtracting(named), isComplement: false)
        case (false, true): UserSet(named: named.subtracting(other.named), isComplement: false)
        case (false, false): UserSet(named: named.intersection(other.named), isComplement: false)
        }
    }

    /// The same as the engine is told it.
    var selection: UserSelection {
        if self == .everybody { return .everybody }
        let list = named.sorted()
        return isComplement ? UserSelection(except: list) : UserSelection(only: list)
    }
}
