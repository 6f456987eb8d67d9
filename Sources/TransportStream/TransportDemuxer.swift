import Bytes

/// One PES packet of a stream, put together.
public struct StreamUnit: Equatable, Sendable {
    /// Whose it is.
    public var identifier: UInt16
    public var kind: StreamKind
    /// When it is shown, in unwrapped ticks of 90 kHz; nothing if it does not say.
    public var presentationTicks: Int64?
    /// When it is decoded, likewise; the same as it is shown unless it says otherwise.
    public var decodeTicks: Int64?
    public var bytes: [UInt8]
    /// Whether something of it or right before it is missing.
    public var followsLoss: Bool
    /// Whether it may lack its end: the stream ended in it, and nothing shows that it was whole.
    public var isCut: Bool

    public init(
        identifier: UInt16, kind: StreamKind, presentationTicks: Int64? = nil, decodeTicks: Int64? = nil,
        bytes: [UInt8], followsLoss: Bool = false, isCut: Bool = false
    ) {
        self.identifier = identifier
        self.kind = kind
        self.presentationTicks = presentationTicks
        self.decodeTicks = decodeTicks
        self.bytes = bytes
        self.followsLoss = followsLoss
        self.isCut = isCut
    }
}

/// Takes a transport stream apart (ISO/IEC 13818-1), as far as it is there.
///
/// A unit of which a packet is missing is dropped, and the next one of its stream says so. Streams that no table names
/// are told apart by their stream identifiers. After each `push` take `nextUnit` until it returns nothing.
public struct TransportDemuxer: Sendable {
    /// The largest unit that is believed.
    public static let maximumUnitByteCount = 16 << 20

    /// Packets that could not be read, or that a gateway marked as damaged.
    public private(set) var damagedPacketCount = 0
    /// Units that were dropped because something of them is missing.
    public private(set) var droppedUnitCount = 0
    /// How often packets of a stream of pictures or sound are missing.
    public private(set) var lossCount = 0
    /// Packets whose content is hidden.
    public private(set) var scrambledPacketCount = 0

    /// One stream, and the unit of it that is open.
    private struct Lane: Sendable {
        var counter: UInt8?
        var header: PESHeader?
        var bytes: [UInt8] = []
        /// The header is not all there yet.
        var isBegun = false
        var followsLoss = false
        var endsInStuffing = false
    }

    private var tables = ProgramTables()
    private var association = SectionReader()
    private var map = SectionReader()
    private var lanes: [UInt16: Lane] = [:]
    private var unwrapper = StampUnwrapper()
    private var ready: [StreamUnit] = []

    /// What an earlier look at the stream found.
    private let known: [UInt16: StreamKind]

    /// A demuxer that knows nothing yet; or one that knows from an earlier look what each identifier carries.
    public init(knowing kinds: [UInt16: StreamKind] = [:]) { known = kinds }

    /// What the tables said each identifier carries.
    public var kinds: [UInt16: StreamKind] { known.merging(tables.kinds) { $1 } }

    /// The next unit; nothing until more packets come.
    public mutating func nextUnit() -> StreamUnit? { ready.isEmpty ? nil : ready.removeFirst() }

    /// Takes the next packet, 188 bytes of it.
    public mutating func push(_ bytes: Span<UInt8>) {
        guard let packet = try? TransportPacket(parsing: bytes), !packet.isDamaged else {
            damagedPacketCount += 1
            return
        }
        guard packet.identifier != TransportPacket.nullIdentifier, !packet.payload.isEmpty else { return }
        guard !packet.isScrambled else {
            scrambledPacketCount += 1
            return
        }
        let payload = bytes.extracting(packet.payload)
        if packet.identifier == ProgramTables.associationIdentifier {
            if let section = association.push(payload, beginsUnit: packet.beginsUnit) {
                tables.readAssociation(section)
            }
        } else if packet.identifier == tables.mapIdentifier {
            if let section = map.push(payload, beginsUnit: packet.beginsUnit) { tables.readMap(section) }
        } else {
            pushMedia(packet, payload)
        }
    }

    /// Says that the stream has ended: what is open is the last of each stream.
    public mutating func finish() {
        for identifier in lanes.keys.sorted() {
            guard var lane = lanes[identifier], lane.header != nil else { continue }
            endUnit(identifier, &lane, isCut: !lane.endsInStuffing)
            lanes[identifier] = lane
        }
    }

    private mutating func pushMedia(_ packet: TransportPacket, _ payload: Span<UInt8>) {
        guard lanes[packet.identifier] != nil || isWorthLooking(at: packet, payload) else { return }
        var lane = lanes.removeValue(forKey: packet.identifier) ?? Lane()
        defer { lanes[packet.identifier] = lane }
        if let counter = lane.counter, !packet.announcesDiscontinuity {
            // The same packet may come twice (§2.4.3.3).
            if packet.counter == counter { return }
            if packet.counter != (counter + 1) & 0x0F { noteLoss(packet.identifier, &lane) }
        }
        lane.counter = packet.counter
        if packet.beginsUnit {
            if lane.header != nil { endUnit(packet.identifier, &lane, isCut: false) }
            lane.bytes = []
            lane.header = nil
            lane.isBegun = true
        }
        guard lane.isBegun || lane.header != nil else { return }
        lane.bytes.append(copying: payload)
        lane.endsInStuffing = packet.hasStuffing
        if lane.isBegun { begin(&lane) }
        endIfFull(packet.identifier, &lane)
    }

    /// Whether an identifier that was never seen may be a stream of pictures or sound.
    private func isWorthLooking(at packet: TransportPacket, _ payload: Span<UInt8>) -> Bool {
        guard lanes.count < ProgramTables.maximumStreamCount, packet.beginsUnit, payload.count >= 9 else {
            return false
        }
        let hasStart = payload[0] == 0 && payload[1] == 0 && payload[2] == 1
        return hasStart && PESHeader.isMedia(payload[3])
    }

    /// Drops the open unit, unless filler shows that it had ended before.
    private mutating func noteLoss(_ identifier: UInt16, _ lane: inout Lane) {
        defer { lane.followsLoss = true }
        lossCount += 1
        guard lane.header != nil || lane.isBegun else { return }
        if lane.header != nil, lane.endsInStuffing { return endUnit(identifier, &lane, isCut: false) }
        droppedUnitCount += 1
        lane.header = nil
        lane.isBegun = false
        lane.bytes = []
    }

    /// Reads the header as soon as it is all there.
    private mutating func begin(_ lane: inout Lane) {
        do throws(WireError) {
            let header = try PESHeader(parsing: lane.bytes.span)
            lane.bytes.removeFirst(header.payloadStart)
            lane.header = header
            lane.isBegun = false
        } catch {
            if case .truncated = error, lane.bytes.count < 300 { return }
            droppedUnitCount += 1
            lane.isBegun = false
            lane.followsLoss = true
            lane.bytes = []
        }
    }

    /// Ends a unit that has told its length once all of it is there, and drops one that is too long to be any.
    private mutating func endIfFull(_ identifier: UInt16, _ lane: inout Lane) {
        guard let header = lane.header else { return }
        if let count = header.payloadByteCount, lane.bytes.count >= count {
            lane.bytes.removeLast(lane.bytes.count - count)
            endUnit(identifier, &lane, isCut: false)
        } else if lane.bytes.count > Self.maximumUnitByteCount {
            droppedUnitCount += 1
            lane.header = nil
            lane.bytes = []
            lane.followsLoss = true
        }
    }

    private mutating func endUnit(_ identifier: UInt16, _ lane: inout Lane, isCut: Bool) {
        guard let header = lane.header else { return }
        let isShort = header.payloadByteCount.map { lane.bytes.count < $0 } ?? false
        var unit = StreamUnit(
            identifier: identifier, kind: kind(of: identifier, header), bytes: lane.bytes,
            followsLoss: lane.followsLoss, isCut: isCut || isShort)
        if let stamp = header.presentation {
            unit.presentationTicks = unwrapper.unwrap(stamp)
            unit.decodeTicks = header.decode.map { unwrapper.unwrap($0) } ?? unit.presentationTicks
        }
        ready.append(unit)
        lane.header = nil
        lane.bytes = []
        lane.followsLoss = false
    }

    private func kind(of identifier: UInt16, _ header: PESHeader) -> StreamKind {
        tables.kinds[identifier] ?? known[identifier] ?? PESHeader.kind(header.streamIdentifier)
    }
}
