import Codecs
import Depacketize
import Units

/// A depacketiser with the loop that its owner runs around it.
struct Receiver {
    var depacketizer: Depacketizer

    init(_ codec: Codec, parameterSets: H264.ParameterSets = H264.ParameterSets()) {
        depacketizer = Depacketizer(codec, parameterSets: parameterSets)
    }

    /// Pushes one packet and returns the frames that it completed.
    mutating func push(
        _ payload: [UInt8], marker: Bool = false, ticks: Int64 = 0, lost: Int = 0, at now: Int64 = 0
    ) -> [Frame] {
        depacketizer.push(
            payload: payload.span, marker: marker, timestamp: ticks, lostBefore: lost, arrival: .ms(now))
        var frames: [Frame] = []
        while let frame = depacketizer.nextFrame() { frames.append(frame) }
        return frames
    }
}

/// A frame as the tests expect it, arrived at the beginning of time.
func frame(
    _ codec: Codec, ticks: Int64 = 0, isKeyframe: Bool = false, isBroken: Bool = false, at now: Int64 = 0,
    _ bytes: [UInt8]
) -> Frame {
    Frame(
        codec: codec, ticks: ticks, isKeyframe: isKeyframe, isBroken: isBroken, bytes: bytes, arrival: .ms(now))
}
