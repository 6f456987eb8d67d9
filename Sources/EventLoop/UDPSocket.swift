import Bytes
import CLinux
import Glibc
import Units

/// One bound UDP socket of one address family, with reusable room for a batch in either direction.
///
/// Not `Sendable`: it belongs to the actor that opened it.
@safe final class UDPSocket {
    let descriptor: CInt
    let address: TransportAddress
    /// What the kernel granted, which may be less than what was asked for.
    let grantedBytes: (receive: Int, send: Int)

    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init(binding wanted: TransportAddress, batchCount: Int, bufferByteCount: Int) throws {
        var bound = clinux_address(wanted)
        var options = clinux_socket_options(receive_bytes: CInt(bufferByteCount), send_bytes: CInt(bufferByteCount))
        let descriptor = unsafe clinux_udp_open(&bound, &options)
        guard descriptor >= 0 else { throw SystemError.binding(wanted, code: -descriptor) }
        let room = CInt(PacketBuffer.capacity)
        guard let incoming = unsafe clinux_batch_create(CInt(batchCount), room),
            let outgoing = unsafe clinux_batch_create(CInt(batchCount), room)
        else {
            close(descriptor)
            throw SystemError(operation: "make room for \(batchCount) datagrams", code: ENOMEM)
        }
        self.descriptor = descriptor
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        address = TransportAddress(bound)
        grantedBytes = (Int(options.receive_bytes), Int(options.send_bytes))
    }

    deinit {
        close(descriptor)
        unsafe clinux_batch_free(incoming)
        unsafe clinux_batch_free(outgoing)
    }

    /// Receives a batch and returns how many datagrams it has, or a negative errno.
    func receiveBatch() -> Int { Int(unsafe clinux_batch_receive(incoming, descriptor, address.port)) }

    /// How long a datagram of the batch had waited in the kernel when it was received.
    func age(_ place: Int) -> Duration { .nanoseconds(unsafe clinux_batch_age(incoming, CInt(place))) }

    /// Copies one datagram of the batch into `packet`, and tells between which addresses it went.
    ///
    /// One copy of a packet in cache costs far less than a pointer that outlives its array would.
    func load(_ place: Int, into packet: inout PacketBuffer) -> (from: TransportAddress, on: TransportAddress) {
        var (from, on) = (clinux_address(), clinux_address())
        if packet.storage.count != PacketBuffer.capacity { packet = PacketBuffer() }
        let count = unsafe packet.storage.withUnsafeMutableBufferPointer { room in
            unsafe clinux_batch_copy(incoming, CInt(place), room.baseAddress, &from, &on)
        }
        precondition(count >= 0, "a place in the batch that was received")
        packet.count = Int(count)
        return (TransportAddress(from), TransportAddress(on))
    }

    /// Queues a copy of `bytes`; says whether there was room.
    func queue(_ bytes: Span<UInt8>, to remote: TransportAddress, from local: IPAddress?) -> Bool {
        var to = clinux_address(remote)
        let status = unsafe bytes.withUnsafeBufferPointer { pointer in
            guard let local else {
                return unsafe clinux_batch_queue(outgoing, pointer.baseAddress, CInt(pointer.count), &to, nil)
            }
            var from = clinux_address(TransportAddress(ip: local, port: 0))
            return unsafe clinux_batch_queue(outgoing, pointer.baseAddress, CInt(pointer.count), &to, &from)
        }
        return status == 0
    }

    var queuedCount: Int { Int(unsafe clinux_batch_queued(outgoing)) }

    /// Sends all that is queued.
    func flush() -> clinux_sent { unsafe clinux_batch_send(outgoing, descriptor) }
}

extension SystemError {
    static func binding(_ address: TransportAddress, code: CInt) -> SystemError {
        let remedy =
            switch code {
            case EADDRINUSE:
                "Another program has it: find it with `ss -ulpn 'sport = :\(address.port)'`, or choose another port."
            case EACCES: "Ports below 1024 need privileges: choose a higher one."
            case EADDRNOTAVAIL: "No interface of this machine has that address: `ip address` lists those it has."
            case EAFNOSUPPORT: "The kernel runs without IPv6."
            case EMFILE, ENFILE: "Too many files are open: raise the limit with `ulimit -n`."
            default: ""
            }
        return SystemError(operation: "bind UDP \(address)", code: code, remedy: remedy)
    }
}

extension clinux_address {
    init(_ address: TransportAddress) {
        switch address.ip {
        case .v4(let value):
            self.init(high: 0, low: UInt64(value), port: address.port, is_v6: false)
        case .v6(let high, let low):
            self.init(high: high, low: low, port: address.port, is_v6: true)
        }
    }
}

extension TransportAddress {
    init(_ address: clinux_address) { self.init(ip: IPAddress(address), port: address.port) }
}

extension IPAddress {
    init(_ address: clinux_address) {
        self =
            address.is_v6
            ? .v6(high: address.high, low: address.low) : .v4(UInt32(truncatingIfNeeded: address.low))
    }
}
