/// Why legacy settings mean nothing here or are refused, for flags and keys alike.
///
/// A reason to refuse ends with what to do instead.
enum LegacyReason {
    // MARK: - Nothing to do

    static let project = "channels are told apart by their names alone"
    static let identity = "the recorder is no user of the channel, and nobody sees it"
    static let token = "Lathe checks no tokens; whoever reaches its HTTP port may join"
    static let texts = "every user's id is a text, and numbers are such texts"
    static let profile = "each client names its own when it publishes, as ?profile=live"
    static let compositeOnly = "it shapes a composite, and each user is recorded alone"
    static let safeFiles = "MP4 files survive a crash by themselves"
    static let salt = "it is used with a cipher and a secret only"
    static let secondProgram = "there is no second program to find"
    static let noScreenshots = "no screenshots are made here; import Lathe, whose recorder makes them"
    static let proxy = "clients come to Lathe, which opens no connection that a proxy could carry"
    static let speakers = "nobody is told here who speaks; import Lathe, whose recorder tells it"
    static let keyframes = "senders are asked for a keyframe when one is missing, and files seek by their index"
    static let h265 = "the clients choose, and H.265 is recorded where they do"
    static let senderSound = "sound keeps the sender's channels, at 48000 Hz"
    static let senderPictures = "pictures are kept as they were sent"
    static let mp3Rate = "it is the rate of MP3, which neither Secondary_Recorder nor Audio_Only_Record asks for"
    static let rawRate = "no raw sound is handed out here; import Lathe, whose recorder does"

    // MARK: - Not possible

    static let composite = "Lathe makes no composite; leave it out, and merge the users' files with FFmpeg afterwards"
    static let rawSound =
        "this command hands out no raw sound; leave it out, and decode the files with FFmpeg, or import Lathe"
    static let rawPictures =
        "this command hands out no raw pictures; leave it out, and decode the files with FFmpeg, or import Lathe"
    static let screenshots =
        "this command makes no screenshots; leave it out, and take them from the files with "
        + "ffmpeg -i FILE -vf fps=1/5 %d.jpg, or import Lathe"
    static let encryption =
        "Lathe opens no media that clients encrypted with a secret of their own; leave it out on both sides, "
        + "for WebRTC encrypts every connection"
    static let watermarks =
        "Lathe draws nothing on pictures; leave it out, and draw on the files with FFmpeg afterwards"

    /// The flags that mean something in a composite only; what else `mixedVideoAudio` says is about containers.
    static let compositeFlags = LegacyFlag.all.filter { $0.topic == .composite }.map(\.name)
        .filter { $0 != "isMixingEnabled" && $0 != "mixedVideoAudio" }
}
