import Bytes
import Secure
import Units

/// A secure channel without secrets: a handshake of two round trips, and a tag of four bytes that tells damage.
struct FakeChannel: SecureChannel {
    private(set) var state = SecureState.idle
    private(set) var deadline: Instant?
    private var records: [[UInt8]] = []
    private let failure: SecureFailure?

    private static let hello: [UInt8] = [22, 1]
    private static let welcome: [UInt8] = [22, 2]
    private static let thanks: [UInt8] = [22, 3]
    private static let done: [UInt8] = [22, 4]
    private static let goodbye: [UInt8] = [21, 0]

    /// With a `failure`, the handshake ends in it.
    init(failure: SecureFailure? = nil) { self.failure = failure }

    mutating func start(at now: Instant) {
        state = .handshaking
        records.append(Self.hello)
        deadline = now + .seconds(1)
    }

    mutating func receiveRecord(_ datagram: borrowing PacketBuffer, at now: Instant) {
        let bytes = datagram.bytes
        switch bytes {
        case Self.hello: records.append(Self.welcome)
        case Self.welcome where state == .handshaking: records.append(Self.thanks)
        case Self.thanks:
            records.append(Self.done)
            finish()
        case Self.done: finish()
        case Self.goodbye: state = .closed
        default: break
        }
    }

    private mutating func finish() {
        deadline = nil
        if state == .closed { return }
        state = failure.map(SecureState.failed) ?? .connected(.aeadAES128GCM)
    }

    mutating func nextRecord() -> [UInt8]? { records.isEmpty ? nil : records.removeFirst() }

    mutating func advance(to now: Instant) {
        guard let due = deadline, due <= now else { return }
        start(at: now)
    }

    mutating func close() {
        records.append(Self.goodbye)
        state = .closed
    }

    mutating func openRTP(_ packet: inout PacketBuffer) throws(SecureError) { try open(&packet) }
    mutating func openRTCP(_ packet: inout PacketBuffer) throws(SecureError) { try open(&packet) }
    mutating func sealRTP(_ packet: inout PacketBuffer) throws(SecureError) { try seal(&packet) }
    mutating func sealRTCP(_ packet: inout PacketBuffer) throws(SecureError) { try seal(&packet) }

    private func open(_ packet: inout PacketBuffer) throws(SecureError) {
        guard packet.count >= 4 else { throw .malformed }
        let tag = Self.tag(packet, count: packet.count - 4)
        for index in 0..<4
        where packet.storage[packet.count - 4 + index] != UInt8(truncatingIfNeeded: tag >> UInt32(index * 8)) {
            throw .forged
        }
        packet.count -= 4
    }

    /// A packet as the other side's channel would have sealed it.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var packet = PacketBuffer(bytes)
        var channel = FakeChannel()
        channel.state = .connected(.aeadAES128GCM)
        try? channel.seal(&packet)
        return packet.bytes
    }

    private func seal(_ packet: inout PacketBuffer) throws(SecureError) {
        guard case .connected = state else { throw .notConnected }
        let tag = Self.tag(packet, count: packet.count)
        for index in 0..<4 {
            packet.storage[packet.count + index] = UInt8(truncatingIfNeeded: tag >> UInt32(index * 8))
        }
        packet.count += 4
    }

    /// FNV-1a.
    private static func tag(_ packet: borrowing PacketBuffer, count: Int) -> UInt32 {
        let bytes = packet.storage.span
        var hash: UInt32 = 0x811C_9DC5
        for index in 0..<count { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
        return hash
    }
}
