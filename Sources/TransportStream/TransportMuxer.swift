import Bytes

/// Writes the packets of a transport stream with one program: pictures, sound, or both (ISO/IEC 13818-1).
///
/// Times are ticks of 90 kHz and may begin at zero; they are stamped later by `lead`, so that the clock can run ahead of
/// what it announces. Nothing is ever changed that was written: what is there plays, however it ended.
public struct TransportMuxer: Sendable {
    /// One of the program's streams.
    public enum Stream: Int, Sendable {
        case pictures, sound
    }

    /// By how much all stamps are later than the times given: 0.7 s of delay behind a clock that begins at 0.7 s.
    public static let lead: Int64 = 126_000
    /// How long before a unit is to be decoded it is in the stream.
    private static let delay: Int64 = 63_000
    /// The clock is told at least so often (§2.7.2 asks for 100 ms).
    private static let clockInterval: Int64 = 3_600
    private static let mapIdentifier: UInt16 = 0x1000
    private static let firstIdentifier: UInt16 = 0x100
    private static let payloadByteCount = 184

    private var kinds: [Stream: StreamKind] = [:]
    /// Counts how often the map changed, so that players read it again (§2.4.4.9).
    private var version: UInt8 = 0
    private var isAnnounced = false
    private var bytes: [UInt8] = []
    private var counters: [UInt16: UInt8] = [:]
    private var lastClock = Int64.min / 2

    /// A program without streams.
    public init() {}

    /// Adds a stream: pictures in H.264 or H.265, or sound in AAC with headers; the next tables tell of it.
    public mutating func add(_ stream: Stream, _ kind: StreamKind) {
        kinds[stream] = kind
        if isAnnounced { version = (version + 1) & 31 }
        isAnnounced = false
    }

    /// What was written since it was last taken.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Writes the tables, without which nobody knows what is in the packets; at least every half second.
    public mutating func tables() {
        isAnnounced = true
        let map = Self.mapIdentifier
        section([0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | UInt8(map >> 8), UInt8(map & 255)], 0)
        var streams: [UInt8] = []
        for (stream, kind) in kinds.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let identifier = Self.identifier(of: stream)
            streams += [kind.tableNumber, 0xE0 | UInt8(identifier >> 8), UInt8(identifier & 255), 0xF0, 0]
        }
        let clock = Self.identifier(of: Self.clockStream)
        section(
            [
                2, 0xB0, UInt8(9 + streams.count + 4), 0, 1, 0xC1 | version << 1, 0, 0, 0xE0 | UInt8(clock >> 8),
                UInt8(clock & 255),
                0xF0, 0,
            ]
                + streams, map)
    }

    /// Writes one unit: a picture as a byte stream that begins with a delimiter, or packets of sound with headers.
    public mutating func unit(
        of stream: Stream, _ payload: [UInt8], decode: Int64, presentation: Int64, isKeyframe: Bool
    ) {
        if stream != Self.clockStream, decode - lastClock > Self.clockInterval { clockAlone(at: decode) }
        var stamps = Self.stamp(presentation + Self.lead, prefix: decode == presentation ? 2 : 3)
        if decode != presentation { stamps += Self.stamp(decode + Self.lead, prefix: 1) }
        let length = 3 + stamps.count + payload.count
        var unit: [UInt8] = [0, 0, 1, stream == .pictures ? 0xE0 : 0xC0]
        // Pictures may be longer than two bytes can say, and need not say it (§2.4.3.7).
        unit.append(bigEndian: UInt16(stream == .pictures || length > 0xFFFF ? 0 : length))
        unit += [0x84, decode == presentation ? 0x80 : 0xC0, UInt8(stamps.count)] + stamps + payload
        let tellsClock = stream == Self.clockStream && (isKeyframe || decode - lastClock > Self.clockInterval)
        packets(unit, of: stream, isKeyframe: isKeyframe, clock: tellsClock ? decode : nil)
    }

    /// The stream whose packets tell the clock, also while there are no pictures: players that have begun to follow one
    /// clock lose their sense of length and place when the map names another.
    private static let clockStream = Stream.pictures

    private static func identifier(of stream: Stream) -> UInt16 { firstIdentifier + UInt16(stream.rawValue) }

    // MARK: - Packets

    private mutating func packets(_ unit: [UInt8], of stream: Stream, isKeyframe: Bool, clock: Int64?) {
        var (rest, isFirst) = (unit[...], true)
        while !rest.isEmpty {
            var field: [UInt8] = []
            if isFirst, isKeyframe || clock != nil {
                field = [(isKeyframe ? 0x40 : 0) | (clock == nil ? 0 : 0x10)] + (clock.map { tell($0) } ?? [])
            }
            let room = Self.payloadByteCount - (field.isEmpty ? 0 : field.count + 1)
            let part = rest.prefix(room)
            rest = rest.dropFirst(room)
            packet(part, Self.identifier(of: stream), beginsUnit: isFirst, field, isFilled: part.count < room)
            isFirst = false
        }
    }

    /// A packet that tells the clock and holds nothing: no picture comes for a while, or none came yet.
    private mutating func clockAlone(at decode: Int64) {
        let identifier = Self.identifier(of: Self.clockStream)
        let field = [0x10] + tell(decode)
        // Without payload the counter stays where it is (§2.4.3.3).
        let counter = (counters[identifier, default: 0] &- 1) & 15
        bytes += [0x47, UInt8(identifier >> 8), UInt8(identifier & 255), 0x20 | counter]
        bytes += [UInt8(Self.payloadByteCount - 1)] + field
        bytes += [UInt8](repeating: 0xFF, count: Self.payloadByteCount - 1 - field.count)
    }

    private mutating func packet(
        _ payload: ArraySlice<UInt8>, _ identifier: UInt16, beginsUnit: Bool, _ field: [UInt8], isFilled: Bool
    ) {
        let counter = counters[identifier, default: 0]
        counters[identifier] = (counter + 1) & 15
        let hasField = isFilled || !field.isEmpty
        bytes += [
            0x47, (beginsUnit ? 0x40 : 0) | UInt8(identifier >> 8), UInt8(identifier & 255),
            (hasField ? 0x30 : 0x10) | counter,
        ]
        if hasField {
            // The field's length, its flags, and what fills the packet up in front of the payload.
            let count = Self.payloadByteCount - payload.count - 1
            bytes.append(UInt8(count))
            let content = field.isEmpty && count > 0 ? [0] : field
            bytes += content
            bytes += [UInt8](repeating: 0xFF, count: count - content.count)
        }
        bytes += payload
    }

    private mutating func section(_ content: [UInt8], _ identifier: UInt16) {
        var section: [UInt8] = [0] + content
        section.append(bigEndian: SectionReader.checksum(content))
        section += [UInt8](repeating: 0xFF, count: Self.payloadByteCount - section.count)
        packet(section[...], identifier, beginsUnit: true, [], isFilled: false)
    }

    // MARK: - Times

    /// The clock so long before a unit that it can arrive in time: 33 bits of 90 kHz, 6 reserved, 9 of 27 MHz (§2.4.3.5).
    private mutating func tell(_ decode: Int64) -> [UInt8] {
        lastClock = decode
        let base = UInt64(bitPattern: decode + Self.lead - Self.delay) & 0x1_FFFF_FFFF
        return [
            UInt8(base >> 25 & 255), UInt8(base >> 17 & 255), UInt8(base >> 9 & 255), UInt8(base >> 1 & 255),
            UInt8(base & 1) << 7 | 0x7E, 0,
        ]
    }

    /// A time of 33 bits between marker bits (§2.4.3.7).
    private static func stamp(_ ticks: Int64, prefix: UInt8) -> [UInt8] {
        let value = UInt64(bitPattern: ticks) & 0x1_FFFF_FFFF
        return [
            prefix << 4 | UInt8(value >> 30) << 1 | 1, UInt8(value >> 22 & 255), UInt8(value >> 15 & 127) << 1 | 1,
            UInt8(value >> 7 & 255), UInt8(value & 127) << 1 | 1,
        ]
    }
}

extension StreamKind {
    /// Its number in the program's map.
    fileprivate var tableNumber: UInt8 {
        switch self {
        case .h264: 0x1B
        case .h265: 0x24
        case .adts, .unnamedPictures, .unnamedSound: 0x0F
        case .other(let number): number
        }
    }
}
