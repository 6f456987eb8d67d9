/// The checksum that the first frame of an MP3 file has of itself and of the sound: polynomial 8005, low bits first.
public struct CRC16: Equatable, Sendable {
    /// The checksum of all that was added.
    public private(set) var value: UInt16 = 0

    /// The checksum of nothing.
    public init() {}

    /// Adds the next bytes.
    public mutating func add(_ bytes: Span<UInt8>) {
        for index in bytes.indices {
            value = Self.table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ value >> 8
        }
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte)) { value, _ in value & 1 == 1 ? 0xA001 ^ value >> 1 : value >> 1 }
    }
}
