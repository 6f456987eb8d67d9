import Codecs
import Depacketize
import Units

/// The packets of one stream, and the frames that come of them.
enum Streams {
    static func h264(_ input: [UInt8]) {
        _ = try? H264.SequenceParameterSet(parsing: input)
        _ = try? H264.parameterSets(inConfiguration: input.span)
        _ = H264.frame(ofByteStream: input)
        _ = H264.isKeyframe(input)
        for unit in H264.nalUnits(in: input) { precondition(unit.upperBound <= input.count) }
        _ = H264.configurationRecord(of: H264.parameterSets(in: input))
        depacketize(input, .h264)
    }

    static func vp8(_ input: [UInt8]) {
        _ = VP8.isKeyframe(input)
        _ = VP8.size(ofKeyframe: input)
        depacketize(input, .vp8)
    }

    static func opus(_ input: [UInt8]) {
        if let count = Opus.sampleCount(of: input) { precondition(count <= Opus.maximumPacketSampleCount) }
        _ = Opus.channelCount(of: input)
        _ = try? AAC.Configuration(parsing: input.span)
        if let (_, packet) = try? AAC.parseADTS(input.span) { precondition(packet.upperBound <= input.count) }
        depacketize(input, .opus)
    }

    /// Cuts an input into packets: a byte of control, a byte of length, that many of payload.
    private static func depacketize(_ input: [UInt8], _ codec: Codec) {
        var depacketizer = Depacketizer(codec)
        var ticks: Int64 = 0
        var rest = input[...]
        while let control = rest.popFirst(), let count = rest.popFirst() {
            let payload = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
            if control & 2 != 0 { ticks += 3_000 }
            depacketizer.push(
                payload: payload.span, marker: control & 1 != 0, timestamp: ticks, lostBefore: Int(control >> 2 & 3),
                arrival: .ms(ticks))
            while let frame = depacketizer.nextFrame() {
                precondition(frame.codec == codec && !frame.bytes.isEmpty, "a frame has something in it")
                _ = TrackFormat(startingWith: frame)
                expectSame(frame)
                depacketizer.recycle(frame.bytes)
            }
        }
    }

    /// A frame that is sent on arrives as it left.
    private static func expectSame(_ frame: Frame) {
        var packetizer = Packetizer(frame.codec, maximumPayloadByteCount: 64)
        var depacketizer = Depacketizer(frame.codec)
        packetizer.load(frame)
        while packetizer.advance() {
            depacketizer.push(
                payload: packetizer.payload.span, marker: packetizer.marker, timestamp: frame.ticks, lostBefore: 0,
                arrival: frame.arrival)
        }
        let again = depacketizer.nextFrame()
        precondition(again?.bytes == frame.bytes, "a frame is the same after another journey")
    }
}
