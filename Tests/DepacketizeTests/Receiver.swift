import Codecs
import Depacketize
import Units

/// A depacketiser with the loop that its owner runs around it.
struct Receiver {
    var depacketizer: Depacketizer

    init(
        _ codec: Codec, parameterSets: H264.ParameterSets = H264.ParameterSets(),
        h265ParameterSets: H265.ParameterSets = H265.ParameterSets()
    ) {
        depacketizer = Depacketizer(codec, parameterSets: parameterSets, h265ParameterSets: h265ParameterSets)
    }

    /// Pushes one packet and returns the frames that it completed.
    mutating func push(
        _ payload: [UInt8], marker: Bool = false, ticks: Int64 = 0, lost: Int = 0, at now: Int64 = 0,
        isRepaired: Bool = false, dependencies: FrameDependencies? = nil
    ) -> [Frame] {
        depacketizer.push(
            payload: payload.span, marker: marker, timestamp: ticks, lostBefore: lost, arrival: .ms(now),
            isRepaired: isRepaired, dependencies: dependencies)
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

/// The payloads that a frame is cut into, each with its marker.
func packets(_ packetizer: inout Packetizer, _ frame: Frame) -> [(payload: [UInt8], marker: Bool)] {
    packetizer.load(frame)
    var packets: [(payload: [UInt8], marker: Bool)] = []
    while packetizer.advance() { packets.append((packetizer.payload, packetizer.marker)) }
    return packets
}
