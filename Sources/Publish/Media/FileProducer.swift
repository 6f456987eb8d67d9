import AV
public import Codecs
import Foundation

/// What a publisher of a media file sends.
public struct FileSettings: Equatable, Sendable {
    public var path: String
    public var videoCodec: Codec
    public var audioCodec: Codec = .opus
    /// Of pictures that have to be encoded anew.
    public var bitsPerSecond = 1_000_000
    /// Whether the file starts over at its end.
    public var isLooped = false

    public init(path: String, videoCodec: Codec = .h264) {
        self.path = path
        self.videoCodec = videoCodec
    }
}

/// Reads a file's frames, encoding anew only what a call could not carry.
///
/// Pictures of the codec asked for pass as they are unless they are stored out of order; Opus passes as it is if Opus is
/// asked for.
final class FileProducer: FrameProducer, @unchecked Sendable {
    // @unchecked Sendable: whoever holds it calls it from one thread at a time.

    /// How far ahead one track is read while nothing comes of the other: files interleave within a second or two.
    private static let longestInterleave = 256

    let tracks: [SourceTrack]
    private let settings: FileSettings
    private var reader: MediaFileReader
    private var picture: PictureLane?
    private var sound: SoundLane?
    /// The time on the file's own timeline that the source's start stands for.
    private var origin: Duration?
    /// When the last round of the file ended.
    private var roundStart: Duration = .zero
    private var isAtEnd = false
    private var ending: Duration?

    init(_ settings: FileSettings) throws(CodecError) {
        var reader = try MediaFileReader(path: settings.path)
        var tracks: [SourceTrack] = []
        if let track = reader.tracks.first(where: { $0.kind == .video }) {
            let isPassed = track.codec == settings.videoCodec && !track.hasReorderedPictures
            try reader.choose(isPassed ? .packets : .pictures, for: track)
            picture = PictureLane(track, settings)
            tracks.append(SourceTrack(codec: settings.videoCodec, width: track.width, height: track.height))
        }
        if let track = reader.tracks.first(where: { $0.kind == .audio }) {
            let lane = try SoundLane(track, codec: settings.audioCodec)
            let isPassed = track.codec == .opus && settings.audioCodec == .opus
            try reader.choose(isPassed ? .packets : .sound(channelCount: lane.channelCount), for: track)
            sound = lane
            tracks.append(SourceTrack(codec: settings.audioCodec, channelCount: lane.channelCount))
        }
        guard !tracks.isEmpty else {
            throw CodecError("publish \(settings.path)", reason: "it has neither pictures nor sound")
        }
        self.tracks = tracks
        self.settings = settings
        self.reader = reader
    }

    func next(forcingKeyframe: Bool) throws(CodecError) -> SourceFrame? {
        if forcingKeyframe { picture?.owesKeyframe = true }
        while needsMore {
            guard let item = try reader.next() else {
                try finishRound()
                continue
            }
            try take(item)
        }
        guard let frame = popEarliest() else { return nil }
        return ending.map { $0 <= frame.due } ?? false ? nil : frame
    }

    func end(at moment: Duration) { ending = moment }

    /// Whether a frame still unread may be due before all those at hand.
    private var needsMore: Bool {
        let (pictures, sounds) = (picture?.frames, sound?.frames)
        if isAtEnd { return false }
        if (pictures?.count ?? 0) + (sounds?.count ?? 0) >= Self.longestInterleave { return false }
        return pictures?.isEmpty == true || sounds?.isEmpty == true
    }

    private func take(_ item: MediaFileReader.Item) throws(CodecError) {
        switch item {
        case .packet(let packet):
            let due = due(packet.time)
            if packet.track == picture?.track.index {
                picture?.pass(packet, due: due)
            } else {
                sound?.pass(packet, due: due)
            }
        case .picture(_, let time): try picture?.encode(try reader.picture(), due: due(time))
        case .sound(_, let time, let samples): try sound?.encode(samples, due: due(time))
        }
    }

    /// When something of the file's timeline is due, rounds counted on.
    private func due(_ time: Duration) -> Duration {
        // The first item may be preceded by a moment of the other track: a tenth of a second's room.
        let origin = origin ?? time - .milliseconds(100)
        self.origin = origin
        return time - origin + roundStart
    }

    /// Starts the file over, or ends.
    private func finishRound() throws(CodecError) {
        let end = max(picture?.end ?? .zero, sound?.end ?? .zero)
        guard settings.isLooped, end > roundStart else {
            isAtEnd = true
            return
        }
        try reader.rewind()
        roundStart = end
        origin = nil
    }

    private func popEarliest() -> SourceFrame? {
        switch (picture?.frames.first, sound?.frames.first) {
        case (nil, nil): return nil
        case (let shown?, let heard) where heard.map({ shown.due <= $0.due }) ?? true:
            return picture?.frames.removeFirst()
        default: return sound?.frames.removeFirst()
        }
    }
}
