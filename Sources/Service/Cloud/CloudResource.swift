import Bytes
import Digest

/// What `acquire` gives to a client of the cloud's paths: the right to start one recording, for some minutes.
///
/// It holds all that is to be known of it, and a code that ties it to an App ID and a channel. So nothing is kept of
/// those that are out: there may be any number, and all outlive the process. The code is no secret and proves nothing to
/// the server; it finds requests that mix up two resources.
public struct CloudResource: Hashable, Sendable {
    /// How long after `acquire` a recording may be started.
    public static let longestWaitSeconds: Int64 = 300
    /// The end of the right, a number that makes it the only one, the recorder's uid, and the code.
    private static let byteCount = 8 + 8 + 4 + 12
    private static let keyStart = "cloud:"

    private let bytes: [UInt8]

    /// A right that nobody had before.
    init(appID: String, channel: String, uid: UInt32, atUnixSeconds now: Int64) {
        let end = UInt64(clamping: now + Self.longestWaitSeconds)
        let head = Self.bytes(end) + Self.bytes(UInt64.random(in: 0...UInt64.max)) + Self.bytes(uid)
        bytes = head + Self.code(of: head, appID, channel)
    }

    /// Reads the text of one; nothing if it never was one.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// The one that a recording was started with, by the key of that request.
    init?(key: String?) {
        guard let key, key.hasPrefix(Self.keyStart) else { return nil }
        self.init(String(key.dropFirst(Self.keyStart.count)))
    }

    /// What clients see of it: 64 hexadecimal digits.
    public var text: String { bytes.hex }

    /// The key under which a recording is started, so that there is only one.
    var key: String { Self.keyStart + text }

    /// The recorder's own uid, as the client named it.
    public var uid: UInt32 { bytes[16..<20].reduce(0) { $0 << 8 | UInt32($1) } }

    private var end: UInt64 { bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) } }

    /// Whether a recording can be started no longer.
    public func isOver(atUnixSeconds now: Int64) -> Bool { end <= UInt64(clamping: now) }

    /// Whether it was given for a channel of an App ID.
    public func belongs(to appID: String, channel: String) -> Bool {
        Array(bytes[20...]) == Self.code(of: Array(bytes[..<20]), appID, channel)
    }

    private static func code(of head: [UInt8], _ appID: String, _ channel: String) -> [UInt8] {
        Array(SHA256.digest(head + Array(appID.utf8) + [0] + Array(channel.utf8)).prefix(12))
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        (1...number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (number.bitWidth - 8 * $0)) }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
