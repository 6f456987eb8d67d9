import Bytes
import SRTP
import Secure

/// An RTP packet of version 2 with a payload that tells its place.
func rtpPacket(_ sequenceNumber: UInt16, ssrc: UInt32 = 0xCAFE_BABE, payloadByteCount: Int = 40) -> PacketBuffer {
    var bytes: [UInt8] = [0x80, 96]
    bytes.append(bigEndian: sequenceNumber)
    bytes.append(bigEndian: UInt32(sequenceNumber) * 3000)
    bytes.append(bigEndian: ssrc)
    bytes += (0..<payloadByteCount).map { UInt8(truncatingIfNeeded: $0) }
    return PacketBuffer(bytes)
}

/// A receiver report without blocks (RFC 3550 §6.4.2).
func receiverReport(ssrc: UInt32 = 0xCAFE_BABE) -> PacketBuffer {
    var bytes: [UInt8] = [0x80, 201, 0, 1]
    bytes.append(bigEndian: ssrc)
    return PacketBuffer(bytes)
}

/// A key that counts up from a given byte.
func key(_ profile: SRTPProfile, from first: UInt8 = 0) -> SRTPKey {
    SRTPKey(
        masterKey: (0..<profile.keyByteCount).map { first &+ UInt8($0) },
        masterSalt: (0..<profile.saltByteCount).map { first &+ 0xA0 &+ UInt8($0) })
}
