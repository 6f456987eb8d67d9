public import Bytes
public import RTP
public import Units

/// Makes lost packets of one stream from others and the FEC packets that protect them (RFC 5109).
///
/// Give it every packet of the stream, however it came: on its own, inside RED, as a retransmission. An FEC packet
/// that lacks nothing is forgotten at once, one that lacks a single packet gives it back, one that lacks more waits
/// for retransmissions or for what other FEC packets give back. After each call take `nextRecovered` until it says
/// nothing. Packets are copied into storage that is used again and again.
public struct ULPFECReceiver: Sendable {
    /// How many packets back FEC can reach: what one protects, and as much again for what comes in between.
    public static let windowPacketCount: Int64 = 128
    /// How many FEC packets wait for what they lack.
    ///
    /// At the limit the oldest makes room.
    public static let waitingLimit = 32

    private struct Media: Sendable {
        var place = Int64.min
        /// The whole packet as FEC protects it.
        var bytes: [UInt8] = []
    }

    private struct Waiting: Sendable {
        var isFull = false
        var base: Int64 = 0
        var packet: ULPFECPacket?
        var bytes: [UInt8] = []
    }

    /// Packets that were made from others.
    public private(set) var recoveredCount = 0
    /// FEC packets that are malformed, or that gave what cannot be a packet.
    public private(set) var refusedCount = 0

    private let ssrc: SSRC
    private let mutableExtensions: [UInt8]
    /// A place lives in the slot of its low bits.
    private var media: [Media] = []
    private var waiting: [Waiting] = []
    private var waitingCount = 0
    private var nextWaiting = 0
    /// Recovered places that were not taken yet.
    private var recovered: [Int64] = []
    private var taken = 0

    /// A receiver for the stream `ssrc`.
    ///
    /// `mutableExtensions` are the ids of header extensions that senders fill in after the FEC was made, which
    /// protects zeros in their place: absolute send time, transmission offset and transport-wide sequence numbers.
    public init(ssrc: SSRC, mutableExtensions: [UInt8] = []) {
        self.ssrc = ssrc
        self.mutableExtensions = mutableExtensions
    }

    /// Takes a packet of the stream; `place` is its unwrapped sequence number.
    ///
    /// `header` says what the packet is by itself: unwrapped, if it came inside RED or as a retransmission, its
    /// payload's place in `datagram` included.
    public mutating func receivedMedia(place: Int64, header: RTPHeader, in datagram: Span<UInt8>) {
        if media.isEmpty { media = [Media](repeating: Media(), count: Int(Self.windowPacketCount)) }
        let slot = slot(of: place)
        guard place > media[slot].place else { return }
        media[slot].place = place
        media[slot].bytes.removeAll(keepingCapacity: true)
        copy(header, in: datagram, to: slot)
        if waitingCount > 0 { recoverWhatCanBe() }
    }

    /// Takes the payload of an FEC packet; `place` is the unwrapped sequence number of the packet that carried it.
    public mutating func receivedFEC(place: Int64, payload: Span<UInt8>) {
        guard let packet = try? ULPFECPacket(parsing: payload) else {
            refusedCount += 1
            return
        }
        let back = UInt16(truncatingIfNeeded: place) &- packet.baseSequenceNumber
        let base = place - Int64(Int16(bitPattern: back))
        guard missing(packet.mask, from: base).count > 0 else { return }
        if waiting.isEmpty { waiting = [Waiting](repeating: Waiting(), count: Self.waitingLimit) }
        if !waiting[nextWaiting].isFull { waitingCount += 1 }
        waiting[nextWaiting].isFull = true
        waiting[nextWaiting].base = base
        waiting[nextWaiting].packet = packet
        waiting[nextWaiting].bytes.removeAll(keepingCapacity: true)
        waiting[nextWaiting].bytes.append(copying: payload, in: packet.protection)
        nextWaiting = (nextWaiting + 1) % Self.waitingLimit
        recoverWhatCanBe()
    }

    /// Replaces the content of `packet` by the next recovered packet, and returns its place.
    ///
    /// Its mutable extensions are zeros and tell nothing: do not report them to the sender.
    public mutating func nextRecovered(into packet: inout PacketBuffer) -> Int64? {
        while taken < recovered.count {
            let place = recovered[taken]
            taken += 1
            let slot = slot(of: place)
            guard media[slot].place == place else { continue }
            packet.count = media[slot].bytes.count
            for index in 0..<packet.count { packet.storage[index] = media[slot].bytes[index] }
            return place
        }
        recovered.removeAll(keepingCapacity: true)
        taken = 0
        return nil
    }
}

extension ULPFECReceiver {
    private static let headerByteCount = 12

    private func slot(of place: Int64) -> Int { Int(place & (Self.windowPacketCount - 1)) }

    /// Puts a packet together as its sender protected it.
    private mutating func copy(_ header: RTPHeader, in datagram: Span<UInt8>, to slot: Int) {
        media[slot].bytes.append(datagram[0])
        media[slot].bytes.append(header.payloadType.rawValue | (header.marker ? 0x80 : 0))
        media[slot].bytes.append(bigEndian: header.sequenceNumber)
        media[slot].bytes.append(bigEndian: header.timestamp.rawValue)
        media[slot].bytes.append(bigEndian: ssrc.rawValue)
        media[slot].bytes.append(copying: datagram, in: Self.headerByteCount..<header.extensionBlock.upperBound)
        for id in mutableExtensions {
            guard let range = header.extensionElement(id: id, in: datagram) else { continue }
            for index in range { media[slot].bytes[index] = 0 }
        }
        media[slot].bytes.append(copying: datagram, in: header.payload)
        // Padding is protected too.
        guard datagram[0] & 0x20 != 0 else { return }
        media[slot].bytes.append(copying: datagram, in: header.payload.upperBound..<datagram.count)
    }

    /// How many protected packets are not there, and the last of them.
    private func missing(_ mask: UInt64, from base: Int64) -> (count: Int, last: Int64) {
        var (rest, count, last) = (mask, 0, base)
        while rest != 0 {
            let place = base + Int64(rest.trailingZeroBitCount)
            rest &= rest - 1
            if media.isEmpty || media[slot(of: place)].place != place {
                count += 1
                last = place
            }
        }
        return (count, last)
    }

    /// Recovers packets until none of the waiting FEC packets lacks just one.
    private mutating func recoverWhatCanBe() {
        var hasChanged = true
        while hasChanged, waitingCount > 0 {
            hasChanged = false
            for index in waiting.indices where waiting[index].isFull {
                guard let packet = waiting[index].packet else { continue }
                let lacking = missing(packet.mask, from: waiting[index].base)
                guard lacking.count < 2 else { continue }
                waiting[index].isFull = false
                waitingCount -= 1
                guard lacking.count == 1 else { continue }
                if recover(lacking.last, packet, waiting: index) { hasChanged = true }
            }
        }
    }

    /// Makes the one packet that an FEC packet lacks; false if that is none.
    private mutating func recover(_ place: Int64, _ packet: ULPFECPacket, waiting index: Int) -> Bool {
        if media.isEmpty { media = [Media](repeating: Media(), count: Int(Self.windowPacketCount)) }
        let slot = slot(of: place)
        guard place > media[slot].place else { return false }
        var bytes: [UInt8] = []
        swap(&bytes, &media[slot].bytes)
        var isWhole = combine(packet, waiting: index, lacking: place, into: &bytes)
        if isWhole { isWhole = (try? RTPHeader(parsing: bytes.span)) != nil }
        swap(&bytes, &media[slot].bytes)
        media[slot].place = isWhole ? place : .min
        guard isWhole else {
            refusedCount += 1
            return false
        }
        recoveredCount += 1
        recovered.append(place)
        return true
    }

    /// Combines an FEC packet and all that it protects but one into that one (RFC 5109 §8); false if it is longer
    /// than what is protected, or than any packet.
    private func combine(
        _ packet: ULPFECPacket, waiting index: Int, lacking place: Int64, into bytes: inout [UInt8]
    ) -> Bool {
        var (flags, markerAndType, length) = (packet.flags, packet.markerAndType, packet.length)
        var timestamp = packet.timestamp
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: Self.headerByteCount))
        bytes.append(contentsOf: waiting[index].bytes)
        var rest = packet.mask
        while rest != 0 {
            let other = waiting[index].base + Int64(rest.trailingZeroBitCount)
            rest &= rest - 1
            guard other != place else { continue }
            let slot = slot(of: other)
            flags ^= media[slot].bytes[0] & 0x3F
            markerAndType ^= media[slot].bytes[1]
            timestamp ^= Self.timestamp(of: media[slot].bytes)
            length ^= UInt16(truncatingIfNeeded: media[slot].bytes.count - Self.headerByteCount)
            Self.combine(media[slot].bytes, into: &bytes)
        }
        guard Int(length) <= packet.protection.count, Self.headerByteCount + Int(length) <= PacketBuffer.capacity
        else { return false }
        bytes.removeLast(packet.protection.count - Int(length))
        bytes[0] = 0x80 | flags
        bytes[1] = markerAndType
        bytes.overwrite(bigEndian: UInt16(truncatingIfNeeded: place), at: 2)
        bytes.overwrite(bigEndian: timestamp, at: 4)
        bytes.overwrite(bigEndian: ssrc.rawValue, at: 8)
        return true
    }

    private static func timestamp(of packet: [UInt8]) -> UInt32 {
        var timestamp: UInt32 = 0
        for index in 4..<8 { timestamp = timestamp << 8 | UInt32(packet[index]) }
        return timestamp
    }

    private static func combine(_ packet: [UInt8], into bytes: inout [UInt8]) {
        let end = min(packet.count, bytes.count)
        guard end > headerByteCount else { return }
        let source = packet.span
        var target = bytes.mutableSpan
        for index in headerByteCount..<end { target[index] ^= source[index] }
    }
}
