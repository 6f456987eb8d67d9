import Bytes
import Secure
import Units

/// A secure channel that lets everything pass, so that inputs reach what lies behind it.
struct OpenChannel: SecureChannel {
    private(set) var state = SecureState.idle
    var deadline: Instant? { nil }

    mutating func start(at now: Instant) { state = .connected(.aeadAES128GCM) }

    mutating func receiveRecord(_ datagram: borrowing PacketBuffer, at now: Instant) {
        // A closing alert, so that ends are reached too.
        state = datagram.storage[0] == 21 ? .closed : .connected(.aeadAES128GCM)
    }

    mutating func nextRecord() -> [UInt8]? { nil }
    mutating func advance(to now: Instant) {}
    mutating func close() { state = .closed }
    mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError) {}
    mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError) {}
    mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError) {}
    mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError) {}
}
