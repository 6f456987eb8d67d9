/// What a caller asks for when a recording is started.
public struct RecordingRequest: Codable, Equatable, Sendable {
    public var channel: String
    public var mode: String?
    public var idleSeconds: Int?
    public var audio: AudioChoice?
    /// An existing or new directory that receives the files directly, without day and channel folders.
    public var directory: String?

    /// The names of all of these.
    public static let fields = ["channel", "mode", "idleSeconds", "audio", "directory"]

    public init(
        channel: String, mode: String? = nil, idleSeconds: Int? = nil, audio: AudioChoice? = nil,
        directory: String? = nil
    ) {
        self.channel = channel
        self.mode = mode
        self.idleSeconds = idleSeconds
        self.audio = audio
        self.directory = directory
    }
}
