public import Capture

/// What is to change about a recording that runs; what is left out stays.
public struct RecordingUpdate: Codable, Equatable, Sendable {
    public var idleSeconds: Int?
    public var media: MediaChoice?
    public var audioUsers: UserSelection?
    public var videoUsers: UserSelection?
    public var streamType: LayerChoice?
    /// In place of those that were named before.
    public var streamTypes: [String: LayerChoice]?
    public var maximumSeconds: Int?
    public var atMaximum: AtMaximum?

    /// The names of all of these.
    public static let fields = [
        "idleSeconds", "media", "audioUsers", "videoUsers", "streamType", "streamTypes", "maximumSeconds", "atMaximum",
    ]

    public init() {}

    /// What a recording is told, with the change made.
    func applied(to control: RecordingControl) -> RecordingControl {
        var control = control
        control.media = media ?? control.media
        control.audioUsers = audioUsers ?? control.audioUsers
        control.videoUsers = videoUsers ?? control.videoUsers
        control.streamTypes = streamTypes ?? control.streamTypes
        control.maximumSeconds = maximumSeconds ?? control.maximumSeconds
        control.atMaximum = atMaximum ?? control.atMaximum
        return control
    }

    /// What changes, by name.
    var words: String {
        let changes: [(String, Bool)] = [
            ("idleSeconds", idleSeconds != nil), ("media", media != nil), ("audioUsers", audioUsers != nil),
            ("videoUsers", videoUsers != nil), ("streamType", streamType != nil),
            ("streamTypes", streamTypes != nil), ("maximumSeconds", maximumSeconds != nil),
            ("atMaximum", atMaximum != nil),
        ]
        return changes.filter(\.1).map(\.0).joined(separator: ", ")
    }
}
