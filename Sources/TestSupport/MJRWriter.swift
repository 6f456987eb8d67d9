import Bytes

/// Makes recordings for tests as the Janus WebRTC server does.
public struct MJRWriter {
    public private(set) var bytes: [UInt8]

    /// Begins one that says so much of itself.
    public init(_ description: String) {
        bytes = Array("MJR00002".utf8)
        bytes.append(bigEndian: UInt16(description.utf8.count))
        bytes += Array(description.utf8)
    }

    /// A packet that arrived so long after the first.
    public mutating func packet(_ packet: [UInt8], arrivalMilliseconds: UInt32) {
        bytes += Array("MEET".utf8)
        bytes.append(bigEndian: arrivalMilliseconds)
        bytes.append(bigEndian: UInt16(packet.count))
        bytes += packet
    }

    /// An RTP packet that was sent so.
    public static func rtp(
        _ payload: [UInt8], sequence: UInt16, timestamp: UInt32, marker: Bool = false, payloadType: UInt8 = 96
    ) -> [UInt8] {
        var packet: [UInt8] = [0x80, (marker ? 0x80 : 0) | payloadType]
        packet.append(bigEndian: sequence)
        packet.append(bigEndian: timestamp)
        packet.append(bigEndian: UInt32(7))
        return packet + payload
    }
}
