/// The two kinds of channel; everybody in one must name the same.
public enum ChannelProfile: Int, Hashable, Sendable, CaseIterable {
    /// Everybody may send.
    case communication = 0
    /// Hosts send, the audience watches.
    case live = 1
}

/// What a user does in a channel.
public enum UserRole: Int, Hashable, Sendable {
    case host = 1
    case audience = 2
}

/// Why a user went.
public enum OfflineReason: Int, Hashable, Sendable {
    /// Said goodbye.
    case quit = 0
    /// Was not heard of any more.
    case dropped = 1
    /// Stays to watch, in a live channel.
    case becameAudience = 2
}
