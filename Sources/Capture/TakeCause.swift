/// Why a file was begun.
public enum TakeCause: String, Codable, Sendable {
    /// It is the user's first.
    case first
    /// The one before was in another codec.
    case codecswitch
    /// The user was away for too long, or silent.
    case segment
    /// The user came back; only the legacy product begins a file for that.
    case rejoin
    /// Pictures changed their size; only the legacy product begins a file for that.
    case resolution
    /// The camera was off; only the legacy product begins a file for that.
    case unmute
    /// The one before had no room for what came.
    case full
    /// The disk took no more of the one before.
    case storage
    /// The one before is as long or as big as was asked for, or its sound could be encoded no more.
    case chunk
    /// The recording was paused, where that ends files.
    case pause
    /// The user was not recorded for a while, as somebody asked.
    case selection
    /// The process that wrote the one before died.
    case crash
}
