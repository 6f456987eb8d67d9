public import Bytes
public import Units

/// What a sender says in the fixed part of an RTP header.
public struct RTPFields: Equatable, Sendable {
    public var marker: Bool
    public var payloadType: PayloadType
    public var sequenceNumber: UInt16
    public var timestamp: RTPTimestamp
    public var ssrc: SSRC

    public init(
        marker: Bool, payloadType: PayloadType, sequenceNumber: UInt16, timestamp: RTPTimestamp, ssrc: SSRC
    ) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
    }
}

/// One element of a header extension, in the one-byte form: ids 1…14, values of 1…16 bytes (RFC 8285 §4.2).
public struct RTPExtension: Equatable, Sendable {
    public let id: UInt8
    /// The value.
    ///
    /// A sender keeps its elements and changes these bytes in place from packet to packet.
    public var bytes: [UInt8]

    public init(id: UInt8, bytes: [UInt8]) {
        precondition((1...14).contains(id), "the one-byte form has ids 1…14")
        precondition((1...16).contains(bytes.count), "the one-byte form holds 1…16 bytes")
        self.id = id
        self.bytes = bytes
    }

    /// An element that holds a 16-bit number, such as the transport-wide sequence number.
    public init(id: UInt8, number: UInt16) {
        self.init(id: id, bytes: [UInt8(number >> 8), UInt8(number & 0xFF)])
    }
}

/// Puts RTP packets together in a reused buffer.
public enum RTPWriter {
    /// Replaces the content of `packet` by a packet of these parts.
    ///
    /// With `originalSequenceNumber`, the payload is wrapped for retransmission (RFC 4588 §4). Everything must
    /// fit `PacketBuffer.capacity` with room for SRTP's tag, which the caller sees to by its payload limit.
    public static func write(
        _ fields: RTPFields, extensions: [RTPExtension] = [], originalSequenceNumber: UInt16? = nil,
        payload: Span<UInt8>, into packet: inout PacketBuffer
    ) {
        packet.count = 0
        packet.put(UInt8(extensions.isEmpty ? 0x80 : 0x90))
        packet.put(fields.payloadType.rawValue | (fields.marker ? 0x80 : 0))
        packet.put(fields.sequenceNumber)
        packet.put(fields.timestamp.rawValue)
        packet.put(fields.ssrc.rawValue)
        if !extensions.isEmpty { packet.put(extensions) }
        if let originalSequenceNumber { packet.put(originalSequenceNumber) }
        packet.put(payload)
    }
}

extension PacketBuffer {
    fileprivate mutating func put<T: FixedWidthInteger>(_ value: T) {
        storage.overwrite(bigEndian: value, at: count)
        count += MemoryLayout<T>.size
    }

    /// The whole extension block, padded with zeros to whole words (RFC 8285 §4.2).
    fileprivate mutating func put(_ extensions: [RTPExtension]) {
        var byteCount = 0
        for element in extensions { byteCount += 1 + element.bytes.count }
        put(UInt16(0xBEDE))
        put(UInt16((byteCount + 3) / 4))
        for element in extensions {
            put(element.id << 4 | UInt8(element.bytes.count - 1))
            put(element.bytes.span)
        }
        while byteCount % 4 != 0 {
            put(UInt8(0))
            byteCount += 1
        }
    }

    fileprivate mutating func put(_ bytes: Span<UInt8>) {
        let start = count
        var target = storage.mutableSpan
        for index in 0..<bytes.count { target[start + index] = bytes[index] }
        count += bytes.count
    }
}
