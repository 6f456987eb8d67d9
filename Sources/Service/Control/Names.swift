/// What channels and users may be called.
enum Names {
    /// As in the product whose users come here: 64 bytes of letters, digits and these signs.
    static let channelByteLimit = 64
    static let accountByteLimit = 255
    private static let signs: Set<Character> = Set("!#$%&()+-:;<=.>?@[]^_{}|~, ")

    /// Checks a channel's name, and says what is wrong with it.
    static func checkChannel(_ name: String) throws(Problem) {
        guard !name.isEmpty, name.utf8.count <= channelByteLimit else {
            throw .badField(
                "channel", "a channel's name has 1 to \(channelByteLimit) bytes, this one has \(name.utf8.count)")
        }
        if let stranger = name.first(where: { !isAllowed($0) }) {
            throw .badField(
                "channel",
                "a channel's name may not contain '\(stranger)'; letters, digits, the blank and "
                    + "!#$%&()+-:;<=.>?@[]^_{}|~, are allowed")
        }
    }

    /// Checks a user's id: a number from 1 to 2³²−1, or an account's text.
    static func checkUser(_ uid: String) throws(Problem) {
        if uid.allSatisfy({ $0.isASCII && $0.isNumber }), !uid.isEmpty {
            guard let number = UInt32(uid), number > 0, String(number) == uid else {
                throw .badField("uid", "a numeric uid lies between 1 and 4294967295, without leading zeros: '\(uid)'")
            }
            return
        }
        guard !uid.isEmpty, uid.utf8.count <= accountByteLimit, uid.allSatisfy(isAllowed), uid.first?.isLetter == true
        else {
            throw .badField(
                "uid",
                "a uid is a number from 1 to 4294967295, or a text that begins with a letter and has at most "
                    + "\(accountByteLimit) bytes, not '\(uid)'")
        }
    }

    private static func isAllowed(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || signs.contains(character))
    }
}
