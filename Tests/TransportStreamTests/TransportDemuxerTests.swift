import TestSupport
import Testing

@testable import TransportStream

/// What a demuxer finds in a stream.
func units(_ bytes: [UInt8], pieces: Int = 1 << 16) -> (units: [StreamUnit], demuxer: TransportDemuxer) {
    var (aligner, demuxer) = (PacketAligner(), TransportDemuxer())
    var found: [StreamUnit] = []
    func drain() {
        while let place = aligner.next() {
            aligner.withPacket(at: place) { demuxer.push($0) }
            while let unit = demuxer.nextUnit() { found.append(unit) }
        }
    }
    for start in stride(from: 0, to: bytes.count, by: pieces) {
        aligner.push(bytes[start..<min(bytes.count, start + pieces)])
        drain()
    }
    aligner.finish()
    drain()
    demuxer.finish()
    while let unit = demuxer.nextUnit() { found.append(unit) }
    return (found, demuxer)
}

@Suite("Taking a transport stream apart, ISO/IEC 13818-1 §2.4")
struct TransportDemuxerTests {
    /// Pictures of 700 bytes, sound of 100, one after the other.
    static func stream(count: Int = 8, hasTables: Bool = true) -> TransportWriter {
        var writer = TransportWriter()
        if hasTables { writer.tables() }
        for number in 0..<count {
            let ticks = Int64(number) * 3_000 + 126_000
            writer.picture([UInt8](repeating: UInt8(number), count: 700), presentation: ticks + 6_000, decode: ticks)
            writer.sound([UInt8](repeating: UInt8(100 + number), count: 100), presentation: ticks)
        }
        return writer
    }

    static let pictures = (0..<8).map { [UInt8](repeating: UInt8($0), count: 700) }
    static let sounds = (0..<8).map { [UInt8](repeating: UInt8(100 + $0), count: 100) }

    private static func bytes(_ found: [StreamUnit], _ identifier: UInt16) -> [[UInt8]] {
        found.filter { $0.identifier == identifier }.map(\.bytes)
    }

    @Test("gives what went in, with its times", arguments: [1, 187, 188, 5_000])
    func roundTrip(pieces: Int) {
        let (found, demuxer) = units(Self.stream().bytes, pieces: pieces)
        #expect(Self.bytes(found, TransportWriter.pictures) == Self.pictures)
        #expect(Self.bytes(found, TransportWriter.sound) == Self.sounds)
        #expect(demuxer.kinds == [TransportWriter.pictures: .h264, TransportWriter.sound: .adts])
        let first = found.first { $0.identifier == TransportWriter.pictures }
        #expect(first?.presentationTicks == 132_000 && first?.decodeTicks == 126_000)
        #expect(found.allSatisfy { !$0.isCut && !$0.followsLoss })
    }

    @Test("tells streams apart without tables") func withoutTables() {
        let (found, _) = units(Self.stream(hasTables: false).bytes)
        #expect(Self.bytes(found, TransportWriter.pictures) == Self.pictures)
        #expect(Set(found.map(\.kind)) == [.unnamedPictures, .unnamedSound])
    }

    @Test("drops what a lost packet was part of, and says so behind it") func loss() {
        var bytes = Self.stream().bytes
        // Two packets of tables, then four of a picture and one of sound, again and again.
        bytes.removeSubrange((2 + 5 * 3 + 1) * 188..<(2 + 5 * 3 + 2) * 188)
        let (found, demuxer) = units(bytes)
        let left = Self.bytes(found, TransportWriter.pictures)
        #expect(left == Array(Self.pictures[0..<3] + Self.pictures[4...]))
        #expect(found.filter(\.followsLoss).map(\.bytes) == [Self.pictures[4]])
        #expect(demuxer.droppedUnitCount == 1)
        #expect(Self.bytes(found, TransportWriter.sound) == Self.sounds)
    }

    @Test("takes a packet that comes twice once") func duplicate() {
        var bytes = Self.stream().bytes
        bytes.insert(contentsOf: bytes[188 * 3..<188 * 4], at: 188 * 4)
        #expect(Self.bytes(units(bytes).units, TransportWriter.pictures) == Self.pictures)
    }

    @Test("says of a last picture that was cut off that it may not be whole") func cut() {
        let bytes = Self.stream().bytes
        let (found, _) = units(Array(bytes.dropLast(188 * 2)))
        #expect(found.filter(\.isCut).map(\.identifier) == [TransportWriter.pictures])
        #expect(Self.bytes(found.filter { !$0.isCut }, TransportWriter.pictures) == Array(Self.pictures.dropLast()))
    }

    @Test("recovers all before a cut at every byte, and never traps") func everyCut() {
        let bytes = Self.stream(count: 3).bytes
        for count in 0...bytes.count {
            let found = Self.bytes(units(Array(bytes[..<count])).units.filter { !$0.isCut }, TransportWriter.pictures)
            let whole = max(0, count / 188 - 2) / 5
            #expect(found.count >= whole && found == Array(Self.pictures.prefix(found.count)), "cut to \(count)")
        }
    }

    @Test("never traps on flipped bits, and loses no more than three pictures") func flips() {
        let bytes = Self.stream().bytes
        for bit in stride(from: 0, to: bytes.count * 8, by: 3) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let found = Self.bytes(units(flipped).units, TransportWriter.pictures)
            #expect(found.filter { Self.pictures.contains($0) }.count >= 5, "bit \(bit)")
        }
    }

    @Test("counts stamps on where they wrap") func wrap() {
        var writer = TransportWriter()
        writer.tables()
        let last: Int64 = (1 << 33) - 3_000
        for number in 0..<4 { writer.picture([9], presentation: last + Int64(number) * 3_000) }
        let found = units(writer.bytes).units.compactMap(\.presentationTicks)
        #expect(found == (0..<4).map { last + $0 * 3_000 })
    }
}
