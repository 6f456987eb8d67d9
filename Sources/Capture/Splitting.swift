/// When one user's recording goes on in a new file.
public enum Splitting: String, Hashable, Sendable, CaseIterable {
    /// Only when the file cannot hold what follows: another codec.
    case continuous
    /// Also for a new picture size, after 15 s without sending, and after each rejoining.
    case legacy

    /// How long a user may send nothing without a new file.
    public static let longestPause = Duration.seconds(15)

    /// What might part two files.
    public enum Cause: Equatable, Sendable {
        case codecChanged
        case resized
        case pausedSending(Duration)
        case rejoined(after: Duration)
    }

    /// What is to go on in a new file.
    public struct Parts: OptionSet, Hashable, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let video = Parts(rawValue: 1)
        public static let audio = Parts(rawValue: 2)
    }

    /// What a cause parts; with both in one file, anything parts it.
    public func parts(_ cause: Cause) -> Parts {
        switch (self, cause) {
        case (_, .codecChanged): .video
        case (.continuous, _): []
        case (.legacy, .resized): .video
        case (.legacy, .pausedSending(let pause)): pause > Self.longestPause ? [.video, .audio] : []
        case (.legacy, .rejoined(let absence)): absence > Self.longestPause ? [.video, .audio] : .video
        }
    }
}
