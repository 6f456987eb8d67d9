import Capture
import Foundation

/// One line of the process's log.
struct LogLine: Equatable, Sendable {
    enum Format: String, CaseIterable, Sendable {
        /// `TIME LEVEL MESSAGE recording=… channel=… uid=…`
        case text
        /// One JSON object a line.
        case json
    }

    var time: WallTime
    var level: LogLevel
    var message: String
    var fields = LogFields()

    /// The line's bytes, its end included.
    func bytes(as format: Format) -> [UInt8] {
        switch format {
        case .text: Array((text + "\n").utf8)
        case .json: json + [UInt8(ascii: "\n")]
        }
    }

    private var text: String {
        var text = "\(time.iso8601) \(level.name.uppercased()) \(message)"
        for (name, value) in fields.named { text += " \(name)=\(value)" }
        // Whoever chose a name must not be able to write lines of their own.
        return String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    private var json: [UInt8] {
        var members = ["time": time.iso8601, "level": level.name, "message": message]
        for (name, value) in fields.named { members[name] = value }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(members)).map(Array.init) ?? []
    }
}

/// Whom a line of the log is about.
public struct LogFields: Equatable, Sendable {
    public var recording: String?
    public var channel: String?
    public var uid: String?

    public init(recording: String? = nil, channel: String? = nil, uid: String? = nil) {
        self.recording = recording
        self.channel = channel
        self.uid = uid
    }

    /// Those that are known.
    fileprivate var named: [(name: String, value: String)] {
        [("recording", recording), ("channel", channel), ("uid", uid)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }
}
