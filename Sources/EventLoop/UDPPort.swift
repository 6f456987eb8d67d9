import Bytes
import CLinux
import Glibc
public import Units

/// One UDP port number with a socket for each address family.
///
/// Not `Sendable`: it belongs to the actor that opened it, on one event loop. Memory is taken once,
/// `2 × batchCount × PacketBuffer.capacity` for each socket.
public final class UDPPort {
    /// What came, went, and was lost on the way.
    public struct Counters: Equatable, Sendable {
        public var packetsIn = 0
        public var bytesIn = 0
        /// Calls of `recvmmsg` that brought something.
        public var batches = 0
        /// Calls of `recvmmsg` that failed.
        public var receiveFailures = 0
        public var packetsOut = 0
        /// Queued for sending, whatever became of it.
        public var bytesOut = 0
        /// Dropped because the socket's send buffer was full.
        public var sendDrops = 0
        /// Dropped because the kernel refused them: no route, forbidden, too long, no such family.
        public var sendRefusals = 0
        /// How long datagrams lay in the kernel before they were read.
        public var waits = WaitHistogram()
    }

    /// What the receive and send buffers of each socket ask of the kernel: a tenth of a second at
    /// 300 Mbit/s, so that a loop that is late loses nothing.
    public static let defaultBufferByteCount = 4 << 20

    /// How many datagrams one system call moves, by default.
    public static let defaultBatchCount = 64

    public private(set) var counters = Counters()

    /// What the operator should know about how the port was opened; sentences, usually none.
    public private(set) var notes: [String] = []

    let sockets: [UDPSocket]
    let batchCount: Int
    private var packet: PacketBuffer? = PacketBuffer()

    /// Binds a socket to each address.
    ///
    /// Port 0 takes a free one, the same for every address that follows.
    public init(
        binding addresses: [TransportAddress], batchCount: Int = defaultBatchCount,
        bufferByteCount: Int = defaultBufferByteCount
    ) throws {
        precondition((1...8).contains(addresses.count), "a round's set of readable sockets has eight places")
        var sockets: [UDPSocket] = []
        for var address in addresses {
            if address.port == 0, let first = sockets.first { address.port = first.address.port }
            sockets.append(
                try UDPSocket(binding: address, batchCount: batchCount, bufferByteCount: bufferByteCount))
        }
        self.sockets = sockets
        self.batchCount = batchCount
        noteLimits(asked: bufferByteCount)
    }

    /// Binds every address of this machine, of both families; a kernel without IPv6 costs a note.
    public convenience init(
        anyAddress port: UInt16, batchCount: Int = defaultBatchCount, bufferByteCount: Int = defaultBufferByteCount
    ) throws {
        let v4 = TransportAddress(ip: .v4(0), port: port)
        let v6 = TransportAddress(ip: .v6(high: 0, low: 0), port: port)
        do {
            try self.init(binding: [v4, v6], batchCount: batchCount, bufferByteCount: bufferByteCount)
        } catch let error as SystemError where error.code == EAFNOSUPPORT || error.code == EADDRNOTAVAIL {
            try self.init(binding: [v4], batchCount: batchCount, bufferByteCount: bufferByteCount)
            notes.append("IPv6 is off on this machine: only IPv4 peers can connect.")
        }
    }

    /// The addresses that the sockets are bound to; wildcards if they were asked for.
    public var addresses: [TransportAddress] { sockets.map(\.address) }

    /// The number that all sockets share.
    public var number: UInt16 { sockets[0].address.port }

    /// Queues one datagram, which the loop sends at the end of the round.
    ///
    /// The bytes are copied. Give as `local` the address that the peer sends to, so that a machine
    /// with several addresses answers from the right one; without it the kernel chooses.
    public func send(_ bytes: Span<UInt8>, to remote: TransportAddress, from local: IPAddress? = nil) {
        guard bytes.count <= PacketBuffer.capacity,
            let socket = sockets.first(where: { $0.address.ip.isV6 == remote.ip.isV6 })
        else {
            counters.sendRefusals += 1
            return
        }
        let source = local.flatMap { $0.isUnspecified || $0.isV6 != remote.ip.isV6 ? nil : $0 }
        if !socket.queue(bytes, to: remote, from: source) {
            flush(socket)
            precondition(socket.queue(bytes, to: remote, from: source), "a flushed queue has room")
        }
        counters.bytesOut += bytes.count
    }

    /// Sends what is queued without waiting for the end of the round.
    public func flush() {
        for socket in sockets where socket.queuedCount > 0 { flush(socket) }
    }

    private func flush(_ socket: UDPSocket) {
        let result = socket.flush()
        counters.packetsOut += Int(result.sent)
        counters.sendDrops += Int(result.blocked)
        counters.sendRefusals += Int(result.refused)
    }

    /// Reads a batch and counts it; returns how many datagrams it has.
    func receiveBatch(from socket: UDPSocket) -> Int {
        let count = socket.receiveBatch()
        if count < 0 { counters.receiveFailures += 1 }
        guard count > 0 else { return 0 }
        counters.batches += 1
        counters.packetsIn += count
        return count
    }

    /// Copies one datagram of the batch into `packet`, and counts it.
    func load(
        _ place: Int, from socket: UDPSocket, into packet: inout PacketBuffer
    ) -> (from: TransportAddress, on: TransportAddress) {
        let addresses = socket.load(place, into: &packet)
        counters.bytesIn += packet.count
        return addresses
    }

    /// Notes how long a datagram lay unread.
    func noteWait(_ wait: Duration) { counters.waits.note(wait) }

    /// Lends the one buffer that datagrams are loaded into.
    func takePacket() -> PacketBuffer { packet.take() ?? PacketBuffer() }

    func putBack(_ lent: consuming PacketBuffer) { packet = lent }

    private func noteLimits(asked: Int) {
        let granted = sockets.map(\.grantedBytes)
        if let receive = granted.map(\.receive).min(), receive < asked {
            notes.append(Self.limitNote("receive", granted: receive, asked: asked, setting: "net.core.rmem_max"))
        }
        if let send = granted.map(\.send).min(), send < asked {
            notes.append(Self.limitNote("send", granted: send, asked: asked, setting: "net.core.wmem_max"))
        }
    }

    private static func limitNote(_ name: String, granted: Int, asked: Int, setting: String) -> String {
        "UDP \(name) buffers are limited to \(granted) bytes, \(asked) were asked for: bursts may be lost. "
            + "Raise the limit with `sysctl -w \(setting)=\(asked)`."
    }
}

extension IPAddress {
    var isUnspecified: Bool { self == .v4(0) || self == .v6(high: 0, low: 0) }
}
