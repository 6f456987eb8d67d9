import COpenSSL
import Secure

/// The datagrams between OpenSSL and the channel's owner, and what OpenSSL's callbacks need to know.
///
/// A class because OpenSSL holds its address. OpenSSL 3.0's own memory BIO runs datagrams together;
/// this one keeps each apart.
final class Wire {
    /// How many datagrams wait to be sent at most; a flight has about five.
    ///
    /// When more are written they are lost like on any network, and the retransmission timer repairs it.
    static let outgoingLimit = 64

    /// The certificate that the session description promised.
    let expected: Fingerprint
    let retransmission: Retransmission
    var sawWrongCertificate = false

    private var incoming: [UInt8] = []
    private var hasIncoming = false
    private var outgoing: [[UInt8]] = []

    init(expected: Fingerprint, retransmission: Retransmission) {
        self.expected = expected
        self.retransmission = retransmission
    }

    /// The wire of a connection that was made with one.
    static func of(_ ssl: OpaquePointer?) -> Wire {
        guard let address = unsafe SSL_get_ex_data(ssl, appDataIndex) else {
            preconditionFailure("every connection is made with a wire")
        }
        return unsafe Unmanaged<Wire>.fromOpaque(address).takeUnretainedValue()
    }

    /// Puts one datagram where OpenSSL will read it; an earlier one that it left is lost.
    func put(_ datagram: ArraySlice<UInt8>) {
        incoming.removeAll(keepingCapacity: true)
        incoming.append(contentsOf: datagram)
        hasIncoming = true
    }

    /// The oldest datagram that OpenSSL wrote.
    func nextOutgoing() -> [UInt8]? { outgoing.isEmpty ? nil : outgoing.removeFirst() }

    /// Gives the connection a BIO that reads from and writes to this wire.
    ///
    /// The wire must outlive the connection. Returns whether it worked.
    func attach(to ssl: OpaquePointer) -> Bool {
        guard let bio = unsafe BIO_new(datagramMethod.pointer) else { return false }
        let address = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe BIO_set_data(bio, address)
        unsafe BIO_set_init(bio, 1)
        unsafe SSL_set_bio(ssl, bio, bio)
        return unsafe SSL_set_ex_data(ssl, Self.appDataIndex, address) == 1
    }

    /// The slot that OpenSSL leaves to applications, its `SSL_set_app_data`.
    private static let appDataIndex: CInt = 0

    fileprivate func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard outgoing.count < Self.outgoingLimit else { return }
        unsafe outgoing.append(Array(bytes))
    }

    fileprivate func read(into room: UnsafeMutableBufferPointer<UInt8>) -> CInt? {
        guard hasIncoming else { return nil }
        hasIncoming = false
        let count = min(room.count, incoming.count)
        for index in 0..<count { unsafe room[index] = incoming[index] }
        return CInt(count)
    }
}

/// When to send a flight again that was not answered (RFC 6347 §4.2.4).
struct Retransmission {
    /// RFC 6347 §4.2.4.1 suggests a second; whoever calls is waiting for a picture, and a few
    /// handshake records sent twice harm nobody.
    static let `default` = Retransmission(first: .milliseconds(200))

    /// The longest wait between two attempts.
    static let longestMicroseconds: UInt32 = 3_000_000

    let firstMicroseconds: UInt32

    init(first: Duration) {
        // OpenSSL takes a timer under 15 ms for one that has run out already, and would retry at once for ever.
        precondition(first >= .milliseconds(20) && first <= .seconds(3), "the first wait is between 20 ms and 3 s")
        firstMicroseconds =
            UInt32(first.components.seconds) * 1_000_000
            + UInt32(first.components.attoseconds / 1_000_000_000_000)
    }

    /// How long to wait after having waited so long; zero before the first time.
    func microseconds(after previous: UInt32) -> UInt32 {
        previous == 0 ? firstMicroseconds : min(previous * 2, Self.longestMicroseconds)
    }
}

/// The table of functions that makes a BIO out of a `Wire`.
///
/// - Note: `@unchecked Sendable` holds because OpenSSL only reads the table once it is filled.
@safe private struct DatagramMethod: @unchecked Sendable {
    let pointer: OpaquePointer?

    init() {
        unsafe pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory")
        unsafe BIO_meth_set_write(pointer) { bio, bytes, count in
            guard let bytes = unsafe bytes, count > 0 else { return 0 }
            let datagram = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            unsafe wire(of: bio).write(datagram.assumingMemoryBound(to: UInt8.self))
            return count
        }
        unsafe BIO_meth_set_read(pointer) { bio, bytes, count in
            unsafe lathe_bio_clear_retry(bio)
            guard let bytes = unsafe bytes, count > 0 else { return 0 }
            let room = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
            guard let read = unsafe wire(of: bio).read(into: room.assumingMemoryBound(to: UInt8.self)) else {
                unsafe lathe_bio_want_read(bio)
                return -1
            }
            return read
        }
        unsafe BIO_meth_set_ctrl(pointer) { _, command, _, _ in
            // Everything but "flush" may be answered with "don't know" when the MTU is set by hand.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
    }
}

private func wire(of bio: OpaquePointer?) -> Wire {
    guard let address = unsafe BIO_get_data(bio) else { preconditionFailure("every BIO of ours is made with a wire") }
    return unsafe Unmanaged<Wire>.fromOpaque(address).takeUnretainedValue()
}

private let datagramMethod = DatagramMethod()
