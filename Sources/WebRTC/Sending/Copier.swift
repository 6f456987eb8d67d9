import RTP
import Units

/// Puts each packet of sound into the next one as well (RFC 2198).
struct Copier: Sendable {
    private var writer: REDWriter
    private var bytes: [UInt8] = []

    /// A copier of packets of one payload type.
    init(payloadType: PayloadType) { writer = REDWriter(payloadType: payloadType) }

    /// What is sent instead of a packet's own payload.
    mutating func payload(of own: [UInt8], timestamp: RTPTimestamp) -> [UInt8] {
        writer.write(own.span, timestamp: timestamp, into: &bytes)
        return bytes
    }
}
