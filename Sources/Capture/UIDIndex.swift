public import Codecs
public import Units

/// The lines of a `uid_*.txt`: what happened to one user's files, for the scripts that merge them.
///
/// Times are seconds since the user's first file of the session began, three decimals. Every line ends
/// in a blank before the line feed: the readers split at single blanks and do not see the event otherwise.
public struct UIDIndex: Sendable {
    private let origin: ChannelTime
    private let heading: String
    private var lines: [(time: Int64, text: String)] = []

    /// An index whose times count from `origin`, where the user's first file of the session begins.
    ///
    /// One that begins a session after a pause says so in a line without a time, which the scripts look for.
    public init(origin: ChannelTime, beginsSession: Bool = false) {
        self.origin = origin
        heading = beginsSession ? "new session started\n" : ""
    }

    /// Whether nothing happened yet.
    public var isEmpty: Bool { lines.isEmpty }

    /// A file was opened; `isCodecSwitch` if it goes on where one in another codec left off.
    public mutating func create(_ file: String, at time: ChannelTime, isCodecSwitch: Bool = false) {
        add(file, isCodecSwitch ? "create codecswitch" : "create", at: time)
    }

    /// A file's sound begins.
    public mutating func audio(_ file: String, channelCount: Int, at time: ChannelTime) {
        add(file, "info channels=\(channelCount)", at: time)
    }

    /// A file's pictures begin; `rotation` is how far to turn them clockwise: 0, 90, 180 or 270 degrees.
    public mutating func video(_ file: String, width: Int, height: Int, rotation: Int, at time: ChannelTime) {
        add(file, "info width=\(width) height=\(height) rotation=\(rotation)", at: time)
    }

    /// The sender turned the camera.
    public mutating func rotate(_ file: String, rotation: Int, at time: ChannelTime) {
        add(file, "rotate rotation=\(rotation)", at: time)
    }

    /// Pictures have another size from here on.
    ///
    /// A second `info` would say it to the readers, but they also take it for the moment at which the pictures begin.
    /// This line, like those below, is none that they know, and they pass it over.
    public mutating func resize(_ file: String, width: Int, height: Int, at time: ChannelTime) {
        add(file, "resize width=\(width) height=\(height)", at: time)
    }

    /// Nothing of a kind of media came any more, or it came again.
    public mutating func mute(_ file: String, _ kind: MediaKind, isOn: Bool, at time: ChannelTime) {
        add(file, "\(isOn ? "mute" : "unmute") \(kind.rawValue)", at: time)
    }

    /// The user left, or came back, while the file waited.
    public mutating func absence(_ file: String, isOver: Bool, at time: ChannelTime) {
        add(file, isOver ? "return" : "leave", at: time)
    }

    /// A file was closed.
    public mutating func close(_ file: String, at time: ChannelTime) { add(file, "close", at: time) }

    /// The whole text, in the order of time.
    public var text: String {
        var text = heading
        for line in lines { text += line.text }
        return text
    }

    /// The line last added, for a twin that grows by appending.
    public var lastLine: String? { lines.last?.text }

    private mutating func add(_ file: String, _ event: String, at time: ChannelTime) {
        let milliseconds = max(0, ((time - origin).wholeNanoseconds + 500_000) / 1_000_000)
        let fraction = "\(milliseconds % 1_000)"
        let zeros = String(repeating: "0", count: 3 - fraction.count)
        let text = "\(milliseconds / 1_000).\(zeros)\(fraction) \(file) \(event) \n"
        var place = lines.count
        while place > 0, lines[place - 1].time > milliseconds { place -= 1 }
        lines.insert((milliseconds, text), at: place)
    }
}
