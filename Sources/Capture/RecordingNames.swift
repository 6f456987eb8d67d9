public import Channel

/// What the files of a recording are called.
public enum RecordingNames {
    /// The marker that everything of a recording is on disk; written last.
    public static let done = "recording2-done.txt"
    public static let metadata = "metadata.txt"
    public static let log = "recording_sys.log"
    public static let crashLog = "crash.log"
    /// The whole story as one document.
    public static let story = "recording.json"

    /// The directory below the root, in two parts: `20190611/room_073246073000000`.
    ///
    /// Nine digits of nanoseconds keep two recordings of a channel apart.
    public static func directory(channel: ChannelName, startedAt: WallTime) -> [String] {
        [startedAt.day, "\(escaped(channel.description))_\(startedAt.timeOfDay)_\(startedAt.nanoseconds)"]
    }

    /// A take: `123_20190611073246073.mp4`; user 0 stands for everybody mixed together.
    ///
    /// A shared screen's is `123_screen_20190611073246073.mp4`, so that scripts take it for another account's.
    public static func take(
        of user: UserID, lane: Lane = .user, startedAt: WallTime, container: Container
    ) -> String {
        "\(escaped(user.description))\(lane.suffix)_\(startedAt.stamp).\(container.fileExtension)"
    }

    /// A user's index of events: `uid_123_20190611073246073.txt`.
    public static func index(of user: UserID, lane: Lane = .user, startedAt: WallTime) -> String {
        "uid_\(escaped(user.description))\(lane.suffix)_\(startedAt.stamp).txt"
    }

    /// What the name of a take says: whose it is, of which lane, and from when on; nothing if it is no take's name.
    public static func parts(ofTake name: String) -> (user: String, lane: String, startedAt: WallTime)? {
        let stem = name.split(separator: ".").first ?? ""
        guard let place = stem.lastIndex(of: "_"), let moment = WallTime(stamp: stem[stem.index(after: place)...]),
            let user = unescaped(stem[..<place])
        else { return nil }
        // A name with `_screen` at its end may be an account's own; what is beside the camera is likelier.
        guard let mark = user.ranges(of: "_screen").last, user[mark.upperBound...].allSatisfy(\.isNumber) else {
            return (user, Lane.user.name, moment)
        }
        return (String(user[..<mark.lowerBound]), String(user[user.index(after: mark.lowerBound)...]), moment)
    }

    /// The index while it grows: hidden, so that a visible one is always whole.
    public static func liveIndex(of user: UserID, startedAt: WallTime) -> String {
        ".\(index(of: user, startedAt: startedAt))"
    }

    /// What `metadata.txt` says: three lines, the tag's name with a blank in it as its readers expect.
    public static func metadataText(channel: ChannelName) -> String {
        """
        <version>2.0</version>
        <tag></tag>
        <channel name>\(channel)</channel name>

        """
    }

    /// A name as one part of a path: letters, digits and harmless marks as they are, any other byte as `%` and two digits.
    ///
    /// Different names stay different, and none is `.`, `..`, hidden, or split by a script that does not quote.
    public static func escaped(_ name: String) -> String {
        var escaped = ""
        for (index, byte) in name.utf8.enumerated() {
            let isHarmless = isHarmless(byte) || (byte == UInt8(ascii: ".") && index > 0)
            if isHarmless {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return escaped
    }

    /// The name that was escaped; nothing if none could have been.
    static func unescaped(_ name: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"),
            UInt8(ascii: ","):
            true
        default: false
        }
    }
}
