import RTP
import STUN
import Units

/// Single datagrams.
enum Packets {
    static func stun(_ input: [UInt8]) {
        guard let message = try? STUNMessage(parsing: input.span) else { return }
        _ = message.isAuthentic(input.span, password: "abcdefghijklmnopqrstuv")
        _ = message.recipientFragment
        let written = message.serialized(password: "abcdefghijklmnopqrstuv")
        guard let again = try? STUNMessage(parsing: written.span) else {
            preconditionFailure("a message that we write is one that we read")
        }
        precondition(again.isAuthentic(written.span, password: "abcdefghijklmnopqrstuv"), "our own code is right")
    }

    static func rtp(_ input: [UInt8]) {
        _ = PacketKind(input.span)
        guard let header = try? RTPHeader(parsing: input.span) else { return }
        precondition(header.payload.upperBound <= input.count && header.extensionBlock.upperBound <= input.count)
        for id in UInt8.min...UInt8.max {
            guard let element = header.extensionElement(id: id, in: input.span) else { continue }
            precondition(header.extensionBlock.contains(element.lowerBound) || element.isEmpty)
            precondition(element.upperBound <= header.extensionBlock.upperBound)
        }
        let original = header.unwrappingRetransmission(payloadType: PayloadType(96), ssrc: SSRC(1), in: input.span)
        precondition(original.map { $0.payload.count == header.payload.count - 2 } ?? true)
    }

    /// Cuts an input into the descriptors of one stream: a byte of length, that many bytes.
    static func dependencyDescriptor(_ input: [UInt8]) {
        var reader = DependencyDescriptorReader()
        var rest = input[...]
        while let count = rest.popFirst() {
            let bytes = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
            guard let descriptor = try? reader.read(bytes.span) else { continue }
            precondition(descriptor.differenceCount <= DependencyDescriptor.maximumDifferenceCount)
            precondition((1...32).contains(descriptor.targetCount) && descriptor.chainCount <= descriptor.targetCount)
            for target in 0..<descriptor.targetCount { _ = descriptor.indication(of: target) }
            for index in 0..<descriptor.differenceCount {
                precondition((1...4096).contains(descriptor.differences[index]), "a frame refers to earlier ones")
            }
        }
    }

    static func rtcp(_ input: [UInt8]) {
        guard let packets = try? RTCPPacket.parseCompound(input.span) else { return }
        for packet in packets {
            var written: [UInt8] = []
            packet.append(to: &written)
            precondition(written.count.isMultiple(of: 4), "RTCP packets are made of words")
        }
    }
}
