import Bytes

/// What a stream of a program is (ISO/IEC 13818-1 table 2-34).
public enum StreamKind: Hashable, Sendable {
    case h264
    case h265
    /// AAC with a header before each packet.
    case adts
    /// Pictures or sound of which no table says more; by the range of their stream identifiers.
    case unnamedPictures
    case unnamedSound
    /// Something that Lathe cannot keep, by its number in the table.
    case other(UInt8)

    init(tableNumber: UInt8) {
        switch tableNumber {
        case 0x1B: self = .h264
        case 0x24: self = .h265
        case 0x0F: self = .adts
        default: self = .other(tableNumber)
        }
    }
}

/// The tables that say which packets are whose (§2.4.4.3, §2.4.4.8).
struct ProgramTables: Sendable {
    /// The identifier of the association table.
    static let associationIdentifier: UInt16 = 0
    /// More streams than any recording has.
    static let maximumStreamCount = 32

    /// Where the map of the first program is.
    private(set) var mapIdentifier: UInt16?
    /// What each identifier carries, as far as the map said.
    private(set) var kinds: [UInt16: StreamKind] = [:]

    /// Takes a section of the association table: the first program that is one counts.
    mutating func readAssociation(_ section: [UInt8]) {
        guard section.count >= 8, section[0] == 0 else { return }
        var reader = ByteReader(section.span.extracting(8..<section.count))
        while let program = try? reader.read(UInt16.self), let identifier = try? reader.read(UInt16.self) {
            // Program 0 is where the network tells of itself.
            guard program != 0 else { continue }
            mapIdentifier = identifier & 0x1FFF
            return
        }
    }

    /// Takes a section of a program's map.
    mutating func readMap(_ section: [UInt8]) {
        guard section.count >= 12, section[0] == 2 else { return }
        var reader = ByteReader(section.span)
        do throws(WireError) {
            try reader.skip(10)
            try reader.skip(Int(try reader.read(UInt16.self) & 0x0FFF))
            while reader.remaining >= 5, kinds.count < Self.maximumStreamCount {
                let type: UInt8 = try reader.read()
                let identifier = try reader.read(UInt16.self) & 0x1FFF
                kinds[identifier] = StreamKind(tableNumber: type)
                try reader.skip(Int(try reader.read(UInt16.self) & 0x0FFF))
            }
        } catch {
            // What was read before the damage is right: the checksum covers it all.
        }
    }
}
