import Bytes
import Jitter
import RTP
import Units

/// What senders add so that losses need no repair.
enum Redundancy {
    static func red(_ input: [UInt8]) {
        guard let packet = try? REDPacket(parsing: input.span) else { return }
        var (blocks, count, end) = (packet.blocks, 0, 0)
        while let block = blocks.next(in: input.span) {
            count += 1
            precondition(block.distance == packet.blockCount - count && block.timestampOffset < 1 << 14)
            precondition(end == 0 || block.payload.lowerBound == end, "blocks lie side by side")
            end = block.payload.upperBound
        }
        precondition(count == packet.blockCount && end == input.count, "the last block ends with the payload")
        writeAgain(input)
    }

    /// What a writer repeats is read as what it was given.
    private static func writeAgain(_ input: [UInt8]) {
        var writer = REDWriter(payloadType: PayloadType(111), depth: 2, maximumByteCount: 300)
        var (red, rest, timestamp) = ([UInt8](), input[...], RTPTimestamp(0))
        while let count = rest.popFirst() {
            let payload = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
            timestamp = RTPTimestamp(timestamp.rawValue &+ UInt32(count) * 100)
            writer.write(payload.span, timestamp: timestamp, into: &red)
            let again = try? REDPacket(parsing: red.span)
            precondition(again.map { Array(red[$0.primary.payload]) == payload } ?? false, "our own RED is read")
        }
    }

    /// Cuts an input into packets: a byte of control, a byte of length, that many bytes.
    static func ulpfec(_ input: [UInt8]) {
        _ = try? ULPFECPacket(parsing: input.span)
        var receiver = ULPFECReceiver(ssrc: SSRC(2), mutableExtensions: [1, 5])
        var (recovered, sequence) = (PacketBuffer(), SequenceUnwrapper())
        var rest = input[...]
        while let control = rest.popFirst(), let count = rest.popFirst() {
            let bytes = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(Int(count))
            if control & 1 == 0 {
                guard let header = try? RTPHeader(parsing: bytes.span) else { continue }
                let place = sequence.unwrap(header.sequenceNumber)
                receiver.receivedMedia(place: place, header: header, in: bytes.span)
            } else {
                receiver.receivedFEC(place: (sequence.highest ?? 0) + Int64(control >> 1), payload: bytes.span)
            }
            while let place = receiver.nextRecovered(into: &recovered) {
                let header = try? RTPHeader(parsing: recovered.span)
                precondition(
                    header?.sequenceNumber == UInt16(truncatingIfNeeded: place) && header?.ssrc == SSRC(2),
                    "what is recovered is a packet of the stream")
            }
        }
    }
}
