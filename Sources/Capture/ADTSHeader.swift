import Codecs

/// The header before a packet of AAC that says all of the stream (ADTS, ISO/IEC 14496-3 §1.A.3.2).
struct ADTSHeader: Equatable, Sendable {
    /// Without a checksum.
    static let byteCount = 7
    /// What its 13 bits can count.
    static let longestPacket = 8_191

    private let objectType: UInt8
    private let frequencyIndex: UInt8
    private let channelConfiguration: UInt8

    /// The header of a stream; nothing if it is none of AAC.
    init?(_ format: TrackFormat) {
        // 5 bits of the object's type, 4 of its sampling rate, 4 of its channels (ISO/IEC 14496-3 §1.6.2.1).
        guard case .aac(_, _, let configuration) = format, configuration.count >= 2 else { return nil }
        objectType = configuration[0] >> 3
        frequencyIndex = (configuration[0] & 7) << 1 | configuration[1] >> 7
        channelConfiguration = configuration[1] >> 3 & 15
    }

    /// What goes before a packet of so many bytes; nothing if it cannot be counted.
    func bytes(before count: Int) -> [UInt8]? {
        let count = count + Self.byteCount
        guard count <= Self.longestPacket else { return nil }
        let length = UInt32(count)
        let kind = (objectType - 1) << 6 | frequencyIndex << 2 | channelConfiguration >> 2
        // Sync word, MPEG-4, no checksum; a buffer of unknown fullness; one block.
        return [
            0xFF, 0xF1, kind, (channelConfiguration & 3) << 6 | UInt8(length >> 11), UInt8(length >> 3 & 0xFF),
            UInt8(length & 7) << 5 | 0x1F, 0xFC,
        ]
    }
}
