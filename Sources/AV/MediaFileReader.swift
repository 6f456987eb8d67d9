import CFFmpeg
import Codecs
public import Pattern

/// Reads a media file of any kind, front to back, decoding the tracks that are wanted decoded.
///
/// Choose what to do with each track first; tracks not chosen are skipped. Then take items until there are none.
/// A file that was cut off gives all that can be read, and then says so in `damage`.
@safe public struct MediaFileReader: ~Copyable, @unchecked Sendable {
    // @unchecked Sendable: noncopyable, so the handles are only ever with the one thread that holds this value.

    /// What becomes of a track.
    public enum Choice: Equatable, Sendable {
        /// Its packets come out as they are.
        case packets
        /// Its pictures come out decoded.
        case pictures
        /// Its sound comes out decoded, at 48 kHz, with so many channels.
        case sound(channelCount: Int)
    }

    /// What comes out next, with the `index` of its track.
    public enum Item: Equatable, Sendable {
        case packet(MediaPacket)
        /// A picture to be shown from `time`; have it copied by `picture()` before going on.
        case picture(track: Int, time: Duration)
        /// Interleaved samples, the first of which is heard at `time`.
        case sound(track: Int, time: Duration, samples: [Int16])
    }

    /// The file that is read.
    public let path: String
    /// The tracks of sound and pictures, in the order of the file.
    public let tracks: [MediaTrack]

    /// Packets that no decoder could make anything of.
    public private(set) var undecodableCount = 0
    /// Why reading ended before the file's own end, if it did.
    public private(set) var damage: CodecError?

    private let container: ContainerHandle
    private let packet: PacketHolder
    private let frame: FrameBuffer
    private var lanes: [Lane?]
    /// The lane that may have more to give before the next packet is read.
    private var giving: Lane?
    private var flushed = 0
    private var isAtEnd = false

    /// Opens a file and looks far enough into it to know its tracks.
    public init(path: String) throws(CodecError) {
        let container = try ContainerHandle(path: path)
        let packet = try PacketHolder()
        let frame = try FrameBuffer()
        tracks = container.tracks
        lanes = [Lane?](repeating: nil, count: container.streamCount)
        self.path = path
        self.container = container
        self.packet = packet
        self.frame = frame
    }

    /// Says what to do with a track, before the first item is taken.
    ///
    /// Decoding uses up to `threadCount` threads.
    public mutating func choose(_ choice: Choice, for track: MediaTrack, threadCount: Int = 1) throws(CodecError) {
        let stream = unsafe container.stream(track.index)
        lanes[track.index] = unsafe try Lane(choice, stream: stream, track: track, threadCount: threadCount)
    }

    /// The next item in the order of the file; nothing at its end.
    public mutating func next() throws(CodecError) -> Item? {
        while true {
            if let lane = giving {
                if let item = try lane.take(into: frame) { return item }
                giving = nil
            }
            if isAtEnd {
                guard try flushNextLane() else { return nil }
                continue
            }
            guard let lane = readPacket() else { continue }
            defer { unsafe av_packet_unref(packet.handle) }
            if let item = try lane.pass(packet) { return item }
            if lane.isDecoding, lane.send(packet) { giving = lane } else if lane.isDecoding { undecodableCount += 1 }
        }
    }

    /// The picture that `next()` just announced, whatever its pixel format was.
    public func picture() throws(CodecError) -> Picture { try PictureConversion.picture(of: frame) }

    /// Lends the luma of the picture that `next()` just announced, without copying: size, rows' distance and bytes.
    public func withLuma<Result>(_ body: (_ width: Int, _ height: Int, _ stride: Int, Span<UInt8>) -> Result) -> Result?
    {
        let raw = unsafe frame.handle
        let (width, height) = unsafe (Int(raw.pointee.width), Int(raw.pointee.height))
        let stride = unsafe Int(raw.pointee.linesize.0)
        guard let start = unsafe raw.pointee.data.0, stride > 0, height > 0 else { return nil }
        let luma = unsafe Span(_unsafeStart: start, count: stride * (height - 1) + width)
        return body(width, height, stride, luma)
    }

    /// Goes back to the start, as to play the file again.
    public mutating func rewind() throws(CodecError) {
        try container.rewind()
        for lane in lanes { lane?.reset() }
        giving = nil
        flushed = 0
        isAtEnd = false
    }

    /// Reads one packet; nothing if its track was not chosen or the file has ended.
    private mutating func readPacket() -> Lane? {
        let status = unsafe container.read(packet.handle)
        guard status >= 0 else {
            if status != lathe_error_end { damage = .ffmpeg("read \(path) to its end", status) }
            isAtEnd = true
            return nil
        }
        let index = unsafe Int(packet.handle.pointee.stream_index)
        guard index < lanes.count, let lane = lanes[index] else {
            unsafe av_packet_unref(packet.handle)
            return nil
        }
        return lane
    }

    /// Asks the next decoder for what it still holds back; false when all were asked.
    private mutating func flushNextLane() throws(CodecError) -> Bool {
        guard flushed < lanes.count else { return false }
        if let lane = lanes[flushed], lane.isDecoding {
            lane.sendEnd()
            giving = lane
        }
        flushed += 1
        return true
    }
}
