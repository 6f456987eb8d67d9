/// In what form sound goes to a file.
public enum SoundForm: Hashable, Sendable {
    /// Encoded again as AAC-LC.
    case aac
    /// Opus packets as they came.
    case opus
    /// Encoded again as MP3.
    case mp3(MP3Rate)
}

/// The sampling rates that MP3 is offered at, those that the legacy product knows.
public enum MP3Rate: Int, CaseIterable, Codable, Sendable {
    case hz16000 = 16_000
    case hz32000 = 32_000
    case hz44100 = 44_100
    case hz48000 = 48_000

    /// All of them, for messages.
    public static let listed =
        allCases.dropLast().map { "\($0.rawValue)" }.joined(separator: ", ") + " or \(hz48000.rawValue)"
}
