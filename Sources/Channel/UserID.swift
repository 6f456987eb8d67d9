/// Who a user of a channel is: a number, or a name of the application's choosing.
public enum UserID: Hashable, Sendable {
    /// 1…2³²−1.
    case number(UInt32)
    /// Up to 255 bytes of the characters that channel names may have.
    case account(String)

    /// The recorder itself, and whatever mixes several users.
    public static let composite = UserID.number(0)
}

extension UserID: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .account(let account): account
        }
    }

    /// Reads a number of 32 bits, or else an account's name; nothing if it is neither.
    public init?(_ text: String) {
        if let number = UInt32(text), "\(number)" == text {
            guard number > 0 else { return nil }
            self = .number(number)
        } else if (1...255).contains(text.utf8.count), text.utf8.allSatisfy(ChannelName.isAllowed) {
            self = .account(text)
        } else {
            return nil
        }
    }
}
