public import Bytes
public import Units

/// A member of an event loop that receives and sends datagrams.
///
/// In each round the loop reads a bounded number of batches from each socket of `port` that has something,
/// calls `receive` for each datagram and `batchEnded` once a batch, then `advance(to:)`, and then sends all
/// that was queued on the port with one system call for each address family.
public protocol DatagramReceiver: LoopMember {
    /// The receiver's sockets.
    ///
    /// They are not `Sendable`: only this actor can reach them.
    var port: UDPPort { get }

    /// Takes one datagram.
    ///
    /// `packet` is lent: the loop reads the next datagram into it afterwards, so decrypt in place and
    /// copy what is kept. `local` is the address that the datagram was sent to; answer from there.
    /// `now` is the moment that it reached the kernel, which may be some milliseconds ago.
    func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant)

    /// Comes after the last datagram of a batch.
    ///
    /// Does nothing unless replaced: most receivers need only `advance(to:)`.
    func batchEnded(at now: Instant)
}

/// How many full batches one socket may bring in a round before others have their turn.
private let batchLimit = 16

extension DatagramReceiver {
    public func batchEnded(at now: Instant) {}

    public func takeRound(readable: ReadableSockets, at now: Instant) -> Instant? {
        read(readable, at: now)
        let deadline = advance(to: now)
        port.flush()
        return deadline
    }

    /// Reads what lies in the sockets now, out of turn: for who is about to do what should come after it.
    ///
    /// Not to be called while a datagram is being received.
    public func readGathered(at now: Instant) {
        var all = ReadableSockets()
        for index in port.sockets.indices { all.insert(index) }
        read(all, at: now)
    }

    private func read(_ readable: ReadableSockets, at now: Instant) {
        var packet = port.takePacket()
        for index in port.sockets.indices where readable.contains(index) {
            let socket = port.sockets[index]
            for _ in 0..<batchLimit {
                let count = port.receiveBatch(from: socket)
                guard count > 0 else { break }
                for place in 0..<count {
                    let (remote, local) = port.load(place, from: socket, into: &packet)
                    let wait = socket.age(place)
                    port.noteWait(wait)
                    receive(&packet, from: remote, on: local, at: now - wait)
                }
                batchEnded(at: now)
                if count < port.batchCount { break }
            }
        }
        port.putBack(packet)
    }

    /// Joins `loop`, which must be this actor's executor, and has it read the port from now on.
    public func join(_ loop: EventLoop) throws {
        let id = loop.admit(self)
        for (index, socket) in port.sockets.enumerated() { try loop.watch(socket.descriptor, of: id, index: index) }
    }

    /// Leaves `loop`; the port stays open, unread, as long as this actor lives.
    public func leave(_ loop: EventLoop) {
        for socket in port.sockets { loop.ignore(socket.descriptor) }
        loop.remove(self)
    }
}
