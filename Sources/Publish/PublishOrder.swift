public import Codecs
public import Foundation
public import Link
import Pattern

/// What is asked of `lathe publish`.
public struct PublishOrder: Sendable {
    /// What is sent.
    public enum Media: Sendable {
        case pattern
        case file(String)
    }

    /// Whom it is sent to.
    public enum Server: Sendable {
        /// A WHIP server, by its base URL.
        case whip(URL)
        /// A Janus gateway, by the URL of its HTTP API.
        case janus(URL, room: Int)
    }

    public var server: Server
    public var channel: String
    /// The first user's id; further users count on from it.
    ///
    /// Nothing lets the server choose.
    public var uid: UInt32?
    public var media: Media
    public var codec: Codec
    public var audioCodec: Codec = .opus
    public var count: Int
    public var duration: Duration?
    public var conditions: LinkConditions?
    public var seed: UInt64
    public var bitsPerSecond = 1_000_000
    /// Of the pattern; a file's pictures keep theirs.
    public var size = PictureSize(width: 640, height: 480)
    /// How many B-pictures of the pattern follow each other.
    public var reorderedPictureCount = 0
    /// Whether the pattern is sent in several sizes side by side.
    public var isSimulcast = false
    /// Whether the pattern's sound has two channels.
    public var isStereo = false
    /// Whether the pattern's silence is not sent.
    public var hasPauses = false
    /// Whether Opus packets repeat the one before (RED).
    public var hasCopies = false
    /// Whether a connection that is lost is made anew.
    public var isPersistent = false
    /// What becomes of every user meanwhile.
    public var script = PublishScript()

    public init(
        server: Server, channel: String, uid: UInt32?, media: Media, codec: Codec, count: Int, duration: Duration?,
        conditions: LinkConditions?, seed: UInt64
    ) {
        self.server = server
        self.channel = channel
        self.uid = uid
        self.media = media
        self.codec = codec
        self.count = count
        self.duration = duration
        self.conditions = conditions
        self.seed = seed
    }
}

extension PublishOrder {
    /// More live encoders than this would measure the encoder, not the server; more users send what was encoded once.
    static let liveLimit = 4
    /// The most encodings of a simulcast: full size, half, quarter.
    private static let largestEncodingCount = 3

    /// How many sizes are sent: as many as can all be read back.
    var encodingCount: Int { isSimulcast ? Self.readableCount(size) : 1 }

    private static func readableCount(_ size: PictureSize) -> Int {
        let smallest = PatternPainter.smallestSize
        return (1...largestEncodingCount).last { count in
            let last = size.halved(count - 1)
            return last.width >= smallest.width && last.height >= smallest.height
        } ?? 1
    }

    /// Refuses what cannot be done, by the name of the option that asks for it.
    func check() throws {
        guard reorderedPictureCount == 0 || codec == .h264 || codec == .h265 else {
            throw PublishError("--b-frames: \(codec.rawValue) has none; drop it, or add --codec h264 or h265")
        }
        switch media {
        case .file: try checkFile()
        case .pattern: try checkPattern()
        }
        let leaves = script.events.contains { $0.action == .leave }
        if leaves, uid == nil, case .whip = server {
            throw PublishError("--script: nobody comes back under the same name without one; add --uid")
        }
    }

    private func checkFile() throws {
        guard !isSimulcast, reorderedPictureCount == 0 else {
            throw PublishError("--simulcast and --b-frames are the pattern's; drop them, or --file")
        }
        for event in script.events {
            switch event.action {
            case .rotate, .resize, .switchCodec, .pause:
                throw PublishError("--script: a file can be muted, left and renewed only; drop the rest, or --file")
            case .mute, .leave, .renewStream: continue
            }
        }
    }

    private func checkPattern() throws {
        let isPlain = !isSimulcast && reorderedPictureCount == 0 && script.events.isEmpty
        guard count <= Self.liveLimit || isPlain else {
            throw PublishError(
                "--script, --simulcast and --b-frames need an encoder for each user; ask for --count \(Self.liveLimit)"
                    + " at most")
        }
        guard !isSimulcast || encodingCount > 1 else {
            let smallest = PatternPainter.smallestSize
            let least = PictureSize(width: smallest.width * 2, height: smallest.height * 2)
            throw PublishError(
                "--simulcast: half of \(size.text) cannot be read back; add --size \(least.text) or more")
        }
        for event in script.events {
            switch event.action {
            case .resize(let size) where isSimulcast && Self.readableCount(size) < encodingCount:
                throw PublishError("--script: \(size.text) is too small for \(encodingCount) encodings; resize to more")
            case .pause(let encoding) where encoding >= encodingCount:
                throw PublishError(
                    "--script: there is no encoding \(encoding); with --simulcast they are 0 to \(encodingCount - 1)")
            default: continue
            }
        }
    }

    /// The pattern that the user of an index sends.
    func patternSettings(_ index: Int) -> PatternSettings {
        var settings = PatternSettings(
            tag: UInt16(truncatingIfNeeded: (uid ?? 1) &+ UInt32(index)), videoCodec: codec)
        (settings.width, settings.height) = (size.width, size.height)
        settings.bitsPerSecond = bitsPerSecond
        settings.reorderedPictureCount = reorderedPictureCount
        settings.encodingCount = encodingCount
        settings.audioCodec = audioCodec
        settings.channelCount = isStereo ? 2 : 1
        settings.hasPauses = hasPauses
        settings.script = script
        return settings
    }
}
