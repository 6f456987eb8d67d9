import Codecs
import Depacketize
import Units

/// The packets of one stream, and the frames that come of them.
enum Streams {
    static func h264(_ input: [UInt8]) {
        if let set = try? H264.SequenceParameterSet(parsing: input) {
            _ = try? H264.SliceHeader(parsing: input.span.extracting(4...), of: set)
        }
        _ = try? H264.parameterSets(inConfiguration: input.span)
        _ = H264.frame(ofByteStream: input)
        _ = H264.isKeyframe(input)
        for unit in H264.nalUnits(in: input) { precondition(unit.upperBound <= input.count) }
        _ = H264.configurationRecord(of: H264.parameterSets(in: input))
        depacketize(input, .h264)
    }

    static func h265(_ input: [UInt8]) {
        _ = try? H265.SequenceParameterSet(parsing: input)
        _ = H265.isKeyframe(input)
        for unit in H265.nalUnits(in: input) { precondition(unit.upperBound <= input.count) }
        let sets = H265.parameterSets(in: input)
        for sequence in sets.sequence {
            guard let sequence = try? H265.SequenceParameterSet(parsing: sequence) else { continue }
            for picture in sets.picture {
                guard let picture = try? H265.PictureParameterSet(parsing: picture) else { continue }
                _ = try? H265.SliceHeader(
                    parsing: input.span, type: .slice(isReference: true), picture: picture, sequence: sequence)
            }
        }
        depacketize(input, .h265)
    }

    static func vp9(_ input: [UInt8]) {
        _ = VP9.isKeyframe(input)
        _ = VP9.format(ofKeyframe: input)?.colour
        for frame in VP9.frames(in: input) {
            precondition(frame.upperBound <= input.count)
            var hidden: [UInt8] = []
            let size = PictureSize(width: 1 + input.count * 16, height: 16)
            guard VP9.appendHidden(input.span.extracting(frame), size: size, to: &hidden) else { continue }
            precondition((0...1).contains(hidden.count - frame.count), "one bit more is at most one byte more")
            let (before, after) = (header(input[frame]), header(hidden[...]))
            precondition(after?.isShown == false, "what is hidden is not shown")
            precondition(before?.refreshedSlots == after?.refreshedSlots && before?.size == after?.size)
        }
        depacketize(input, .vp9)
    }

    private static func header(_ bytes: ArraySlice<UInt8>) -> VP9.FrameHeader? {
        try? VP9.FrameHeader(parsing: bytes.span)
    }

    static func av1(_ input: [UInt8]) {
        _ = AV1.isKeyframe(input)
        if let header = AV1.sequenceHeader(in: input), let sequence = try? AV1.SequenceHeader(parsing: header) {
            for unit in AV1.units(in: input) {
                precondition(unit.range.upperBound <= input.count)
                _ = try? AV1.FrameHeader(parsing: input.span.extracting(unit.payload), of: unit, in: sequence)
            }
        }
        let unit = AV1.temporalUnit(ofByteStream: input)
        precondition(AV1.temporalUnit(ofByteStream: unit) == unit, "a temporal unit is one already")
        depacketize(input, .av1)
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
                arrival: .ms(ticks), isRepaired: control & 0x10 != 0, dependencies: dependencies(control, payload))
            while let frame = depacketizer.nextFrame() {
                precondition(frame.codec == codec && !frame.bytes.isEmpty, "a frame has something in it")
                _ = TrackFormat(startingWith: frame)
                expectSame(frame)
                depacketizer.recycle(frame.bytes)
            }
        }
    }

    /// What a dependency descriptor might say, made of the beginning of the payload itself.
    private static func dependencies(_ control: UInt8, _ payload: [UInt8]) -> FrameDependencies? {
        guard control & 0x20 != 0, payload.count > 3 else { return nil }
        var dependencies = FrameDependencies(
            frameNumber: UInt16(payload[1]), spatialLayer: Int(payload[2] & 3), startsFrame: control & 0x40 != 0,
            endsFrame: control & 0x80 != 0)
        for distance in payload[3...].prefix(Int(payload[2] >> 4)) where distance > 0 {
            _ = dependencies.append(distance: UInt16(distance))
        }
        return dependencies
    }

    /// A frame that is sent on arrives as it left.
    private static func expectSame(_ frame: Frame) {
        // Without what went before, the lower layers may not be worth keeping.
        if frame.codec == .av1, AV1.units(in: frame.bytes).contains(where: { $0.spatialLayer > 0 }) { return }
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
