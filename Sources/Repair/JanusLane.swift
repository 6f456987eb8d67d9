import Codecs
import Depacketize
import RTP
import Units

/// One stream of a Janus recording, as frames with times.
struct JanusLane {
    /// What is known of the stream before its frames are made.
    struct Source: Sendable {
        var file: FilePath
        var codec: Codec
        var description: JanusDescription
        var timeline: JanusClock.Timeline
        /// By how much the stream's first packet came later than the first of all.
        var offsetNanoseconds: Int64 = 0
    }

    /// Two days: what is later is damaged.
    static let farthestNanoseconds: Int64 = 172_800_000_000_000

    private let source: Source
    private(set) var reader: JanusReader
    /// How many packets of redundant sound cannot be taken apart.
    private(set) var malformedCount = 0
    /// How many frames were left out because their times cannot be.
    private(set) var unplacedCount = 0
    private var depacketizer: Depacketizer
    private var rotation: Rotation?
    /// The frame that comes next, and when it is.
    private(set) var head: (frame: Frame, time: ChannelTime)?

    init(_ source: Source, _ counter: ReadCounter?) throws {
        self.source = source
        reader = try JanusReader(source.file, rate: source.codec.clockRate, counter)
        depacketizer = Depacketizer(source.codec)
        try advance()
    }

    var codec: Codec { source.codec }
    var incompleteFrameCount: Int { depacketizer.counts.incompleteFrames }

    /// Moves on to the next frame.
    mutating func advance() throws {
        while true {
            if var frame = depacketizer.nextFrame() {
                let time = time(of: frame.ticks)
                guard time.nanoseconds < Self.farthestNanoseconds else {
                    unplacedCount += 1
                    continue
                }
                frame.rotation = rotation
                head = (frame, time)
                return
            }
            guard let packet = try reader.next() else {
                head = nil
                return
            }
            push(packet)
        }
    }

    private func time(of ticks: Int64) -> ChannelTime {
        ChannelTime(nanoseconds: source.timeline.nanoseconds(ticks) + source.offsetNanoseconds)
    }

    private mutating func push(_ packet: JanusPacket) {
        var header = packet.header
        let bytes = packet.bytes.span
        if let red = source.description.or, Int(header.payloadType.rawValue) == red, codec.kind == .audio {
            guard let blocks = try? REDPacket(parsing: bytes.extracting(header.payload)) else {
                malformedCount += 1
                return
            }
            header = header.unwrapping(blocks.primary)
        }
        if let id = source.description.orientationExtension, let range = header.extensionElement(id: id, in: bytes),
            let byte = range.first.map({ packet.bytes[$0] })
        {
            rotation = Rotation(rawValue: Int(byte & 3) * 90) ?? rotation
        }
        depacketizer.push(
            payload: bytes.extracting(header.payload), marker: header.marker, timestamp: packet.ticks,
            lostBefore: packet.lostBefore, arrival: .ms(packet.arrivalMilliseconds))
    }
}
