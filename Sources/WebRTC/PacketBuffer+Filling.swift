import Bytes

extension PacketBuffer {
    /// Makes the datagram a copy of `bytes`, in the storage that is there.
    mutating func replace(by bytes: [UInt8]) {
        precondition(bytes.count <= Self.capacity, "what we make fits a datagram")
        for index in bytes.indices { storage[index] = bytes[index] }
        count = bytes.count
    }
}
