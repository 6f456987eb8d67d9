import Bytes
public import Codecs

/// One packet of AAC, and where its header was.
public struct ADTSPacket: Equatable, Sendable {
    public var offset: Int
    public var configuration: AAC.Configuration
    /// The packet without header.
    public var bytes: [UInt8]

    public init(offset: Int, configuration: AAC.Configuration, bytes: [UInt8]) {
        self.offset = offset
        self.configuration = configuration
        self.bytes = bytes
    }
}

/// Cuts a stream of AAC with headers into its packets (ADTS, ISO/IEC 14496-3 §1.A.3.2).
///
/// The stream comes in pieces of any size; after each take `next` until it returns nothing. A header counts if another
/// follows its packet, or if it looks like the one before and no other contradicts it: so what is damaged is passed
/// over, and all that is not is found.
public struct ADTSReader: Sendable {
    /// 13 bits count the bytes of a packet, its header included.
    public static let maximumByteCount = 8_191

    /// How many bytes belonged to no packet.
    public private(set) var skippedByteCount = 0
    /// Where the last packet ended in the stream.
    public private(set) var end = 0

    private var buffer: [UInt8] = []
    private var position = 0
    private var base = 0
    private var known: AAC.Configuration?
    private var isFinished = false

    /// A reader at the start of a stream.
    public init() {}

    /// Takes the next piece of the stream.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(position)
        base += position
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// Says that the stream has ended.
    public mutating func finish() { isFinished = true }

    /// The next packet; nothing until more of the stream comes.
    public mutating func next() -> ADTSPacket? {
        // A packet is judged by what follows it, and that by what follows in turn.
        while isFinished ? position < buffer.count : buffer.count - position >= 3 * Self.maximumByteCount {
            if let found = packet() {
                position += found.total
                end = base + position
                known = found.packet.configuration
                return found.packet
            }
            position += 1
            skippedByteCount += 1
            skipToSync()
        }
        return nil
    }

    private mutating func skipToSync() {
        while position < buffer.count, buffer[position] != 0xFF {
            position += 1
            skippedByteCount += 1
        }
    }

    private struct Header {
        var configuration: AAC.Configuration
        var payload: Int
        var total: Int
    }

    private func packet() -> (packet: ADTSPacket, total: Int)? {
        guard let header = header(at: position), position + header.total <= buffer.count else { return nil }
        let next = position + header.total
        guard isFollowed(header, at: next) || isUncontradicted(header, until: next) else { return nil }
        let bytes = Array(buffer[position + header.payload..<next])
        return (ADTSPacket(offset: base + position, configuration: header.configuration, bytes: bytes), header.total)
    }

    /// Whether the stream goes on behind a packet as it should, or ends there.
    private func isFollowed(_ header: Header, at next: Int) -> Bool {
        let rest = buffer[next...]
        if rest.count < AAC.adtsHeaderByteCount {
            // As much of a header as is left of it.
            return isFinished && zip(rest.prefix(2), buffer[position...]).allSatisfy { $0 == $1 }
        }
        guard let following = self.header(at: next) else { return false }
        return following.configuration == header.configuration || self.header(at: next + following.total) != nil
    }

    /// Whether a packet is as those before it, and no two headers in a row say that another begins within it.
    private func isUncontradicted(_ header: Header, until next: Int) -> Bool {
        let known = self.known ?? header.configuration
        guard known == header.configuration, self.known != nil || resumes(behind: next, as: known) else { return false }
        var place = position + 1
        while place < next {
            if buffer[place] == 0xFF, let other = self.header(at: place), other.configuration == known,
                let third = self.header(at: place + other.total), third.configuration == known
            {
                return false
            }
            place += 1
        }
        return true
    }

    /// Whether packets like one follow somewhere behind it, two in a row.
    private func resumes(behind start: Int, as configuration: AAC.Configuration) -> Bool {
        for place in start..<max(start, min(buffer.count, start + Self.maximumByteCount)) where buffer[place] == 0xFF {
            guard let first = header(at: place), first.configuration == configuration,
                let second = header(at: place + first.total), second.configuration == configuration
            else { continue }
            return true
        }
        return false
    }

    /// The header at a place, without regard to where the buffer ends.
    private func header(at place: Int) -> Header? {
        guard place + AAC.adtsHeaderByteCount <= buffer.count, buffer[place] == 0xFF,
            let found = try? AAC.parseADTSHeader(buffer.span.extracting(place..<place + AAC.adtsHeaderByteCount))
        else { return nil }
        return Header(
            configuration: found.configuration, payload: found.headerByteCount, total: found.byteCount)
    }
}
