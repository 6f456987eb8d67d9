public import Capture

/// What a caller asks for when a recording is started.
///
/// What is left out is as the server's options say.
public struct RecordingRequest: Codable, Equatable, Sendable {
    public var channel: String
    public var mode: String?
    public var idleSeconds: Int?
    public var audio: AudioChoice?
    /// Whether MP3 is made of the sound; only where nothing else is recorded.
    public var mp3: MP3Choice?
    public var mp3Rate: MP3Rate?
    public var container: ContainerChoice?
    public var splitting: Splitting?
    public var streamType: LayerChoice?
    public var onLoss: OnLoss?
    public var recoverFiles: Bool?
    /// An existing or new directory that receives the files directly, without day and channel folders.
    public var directory: String?
    public var media: MediaChoice?
    public var trigger: Trigger?
    public var onPause: OnPause?
    public var audioUsers: UserSelection?
    public var videoUsers: UserSelection?
    public var streamTypes: [String: LayerChoice]?
    public var chunkSeconds: Int?
    public var chunkBytes: Int?
    public var maximumSeconds: Int?
    public var atMaximum: AtMaximum?
    public var names: String?

    /// The names of all of these.
    public static let fields = [
        "channel", "mode", "idleSeconds", "audio", "mp3", "mp3Rate", "container", "splitting", "streamType", "onLoss",
        "recoverFiles", "directory", "media", "trigger", "onPause", "audioUsers", "videoUsers", "streamTypes",
        "chunkSeconds", "chunkBytes", "maximumSeconds", "atMaximum", "names",
    ]

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

    /// A request that names all choices about files.
    public init(channel: String, idleSeconds: Int, files: FileChoices, directory: String?) {
        self.init(channel: channel, idleSeconds: idleSeconds, audio: files.audio, directory: directory)
        container = files.container
        splitting = files.splitting
        streamType = files.streamType
        onLoss = files.onLoss
        recoverFiles = files.hasRecoveryStreams
        (mp3, mp3Rate) = (files.mp3, files.mp3Rate)
    }

    /// The choices about files, with those of the server where nothing was chosen.
    func files(otherwise defaults: FileChoices) -> FileChoices {
        var files = defaults
        files.audio = audio ?? files.audio
        files.container = container ?? files.container
        files.splitting = splitting ?? files.splitting
        files.streamType = streamType ?? files.streamType
        files.onLoss = onLoss ?? files.onLoss
        files.hasRecoveryStreams = recoverFiles ?? files.hasRecoveryStreams
        (files.mp3, files.mp3Rate) = (mp3 ?? files.mp3, mp3Rate ?? files.mp3Rate)
        // What a server makes of sound alone by itself means nothing where pictures are recorded.
        if control.media != .audio { files.mp3 = .none }
        return files
    }

    /// Why MP3 cannot be made, with the names of fields behind `dashes`; nothing if it can, or nobody asked for it.
    public func mp3Fault(dashes: String = "") -> String? {
        guard let mp3, mp3 != .none, control.media != .audio else { return nil }
        return "\(dashes)mp3 \(mp3.rawValue) is for recordings of sound alone, and \(dashes)media is "
            + "\(control.media.rawValue); choose \(dashes)media audio, or \(dashes)mp3 none"
    }

    /// Who and what is recorded, with what is usual where nothing was chosen.
    var control: RecordingControl {
        var control = RecordingControl()
        control.media = media ?? control.media
        control.trigger = trigger ?? control.trigger
        control.onPause = onPause ?? control.onPause
        control.audioUsers = audioUsers ?? control.audioUsers
        control.videoUsers = videoUsers ?? control.videoUsers
        control.streamTypes = streamTypes
        (control.chunkSeconds, control.chunkBytes) = (chunkSeconds, chunkBytes)
        control.maximumSeconds = maximumSeconds
        control.atMaximum = atMaximum ?? control.atMaximum
        control.names = names
        return control
    }
}
