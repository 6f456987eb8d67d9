import Bytes
import Testing

@Suite("Packet buffer")
struct PacketBufferTests {
    @Test("holds a copy of the datagram at the front of its full capacity")
    func copies() {
        let packet = PacketBuffer([1, 2, 3])
        #expect(packet.count == 3)
        #expect(packet.bytes == [1, 2, 3])
        #expect(packet.storage.count == PacketBuffer.capacity)
        #expect(packet.span.count == 3)
        #expect(packet.span[2] == 3)
    }

    @Test("shrinks and grows within its storage")
    func resizes() {
        var packet = PacketBuffer([1, 2, 3])
        packet.count = 1
        #expect(packet.bytes == [1])
        packet.storage[1] = 9
        packet.count = 2
        #expect(packet.bytes == [1, 9])
    }

    @Test("may be empty or full")
    func limits() {
        #expect(PacketBuffer().bytes == [])
        let full = [UInt8](repeating: 7, count: PacketBuffer.capacity)
        #expect(PacketBuffer(full).bytes == full)
    }
}
