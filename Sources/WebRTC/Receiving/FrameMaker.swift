import Codecs
import Depacketize
import Jitter
import Units

/// Makes the frames of one stream from its packets in order, whichever of the section's codecs they turn to.
///
/// After each `push` take `nextFrame` until it returns nothing.
struct FrameMaker: Sendable {
    /// By format, as packet notes count.
    private let codecs: [Codec]
    private var format: Int
    private var depacketizer: Depacketizer
    /// Whether the codec has changed, and nothing of the new one can be decoded yet.
    private var awaitsKeyframe = false
    /// How the camera is held until told otherwise.
    private var rotation: Rotation?
    /// What a packet said of the frame of these ticks.
    private var told: (rotation: Rotation?, captureTime: NTPTime?, ticks: Int64)?
    /// Frames that earlier depacketisers gave up, and those that came before a new codec's keyframe.
    private var pastDropCount = 0

    init(codecs: [Codec], format: Int) {
        self.codecs = codecs
        self.format = format
        depacketizer = Depacketizer(codecs[format])
    }

    /// The codec of the packets that came last.
    var codec: Codec { codecs[format] }

    func codec(of format: Int) -> Codec { codecs[format] }

    /// Frames that were given up.
    var droppedFrameCount: Int { pastDropCount + depacketizer.counts.incompleteFrames }

    /// Takes the next packet in order; `lostBefore` packets right before it will never come.
    mutating func push(
        payload: Span<UInt8>, descriptor: Span<UInt8>, marker: Bool, ticks: Int64, note: PacketNote, lostBefore: Int,
        arrival: Instant
    ) {
        // Packets without payload move the order on, whatever they are called.
        if note.format != format, !payload.isEmpty { change(to: note.format) }
        if note.orientation != nil || note.captureTime != nil { keep(note, ticks: ticks) }
        depacketizer.push(
            payload: payload, marker: marker, timestamp: ticks, lostBefore: lostBefore, arrival: arrival,
            isRepaired: note.isRepaired)
    }

    /// The next whole frame, with all that its packets said of it.
    mutating func nextFrame() -> Frame? {
        while var frame = depacketizer.nextFrame() {
            if let told, told.ticks <= frame.ticks {
                rotation = told.rotation ?? rotation
                if told.ticks == frame.ticks { frame.captureTime = told.captureTime }
                self.told = nil
            }
            frame.rotation = rotation
            guard awaitsKeyframe, !frame.isKeyframe else {
                awaitsKeyframe = false
                return frame
            }
            pastDropCount += 1
            depacketizer.recycle(frame.bytes)
        }
        return nil
    }

    /// Gives a frame's bytes back for the next one.
    mutating func recycle(_ bytes: consuming [UInt8]) { depacketizer.recycle(bytes) }

    private mutating func change(to format: Int) {
        pastDropCount += depacketizer.counts.incompleteFrames
        self.format = format
        depacketizer = Depacketizer(codecs[format])
        awaitsKeyframe = codec.kind == .video
    }

    /// Whether only a keyframe can make the picture whole, or a new codec's is missing.
    var needsKeyframe: Bool { awaitsKeyframe || depacketizer.needsKeyframe }

    private mutating func keep(_ note: PacketNote, ticks: Int64) {
        let orientation = note.orientation.flatMap { Rotation(rawValue: Int($0 & 3) * 90) }
        if let earlier = told, earlier.ticks == ticks {
            told = (orientation ?? earlier.rotation, note.captureTime ?? earlier.captureTime, ticks)
        } else {
            // A frame that never became whole still told how the camera is held.
            rotation = told?.rotation ?? rotation
            told = (orientation, note.captureTime, ticks)
        }
    }
}
