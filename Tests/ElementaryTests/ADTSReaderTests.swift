import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("Packets of AAC with headers, ISO/IEC 14496-3 §1.A.3")
struct ADTSReaderTests {
    private static let mono = AAC.Configuration(sampleRate: 48_000, channelCount: 1)

    private static func stream(_ packets: [[UInt8]]) -> [UInt8] {
        packets.flatMap { AAC.adtsHeader(mono, byteCount: $0.count) + $0 }
    }

    private static func packets(_ stream: [UInt8], pieces: Int = 1 << 16) -> [[UInt8]] {
        var reader = ADTSReader()
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: pieces) {
            reader.push(stream[start..<min(stream.count, start + pieces)])
            while let packet = reader.next() { found.append(packet.bytes) }
        }
        reader.finish()
        while let packet = reader.next() { found.append(packet.bytes) }
        return found
    }

    private static func fixture() throws -> [[UInt8]] { try Fixture(.aac).samples.map(\.bytes) }

    @Test("are those that went in, however the stream comes", arguments: [1, 100, 4_096, 1 << 20])
    func roundTrip(pieces: Int) throws {
        let packets = try Self.fixture()
        #expect(Self.packets(Self.stream(packets), pieces: pieces) == packets)
    }

    @Test("are all found but the one whose header is damaged", arguments: 0..<56)
    func damagedHeader(bit: Int) throws {
        let packets = try Self.fixture()
        var stream = Self.stream(packets)
        let start = packets.prefix(20).reduce(0) { $0 + $1.count + AAC.adtsHeaderByteCount }
        stream[start + bit / 8] ^= 1 << UInt8(bit % 8)
        let found = Self.packets(stream)
        #expect(found.prefix(20) == packets.prefix(20))
        // A header that says something else takes one packet along at the most.
        #expect(found.suffix(packets.count - 22) == packets.suffix(packets.count - 22))
    }

    @Test("are all found up to where the stream was cut")
    func cut() throws {
        let packets = try Self.fixture().prefix(6)
        let stream = Self.stream(Array(packets))
        for count in 0...stream.count {
            var end = 0
            let whole = packets.prefix { packet in
                end += packet.count + AAC.adtsHeaderByteCount
                return end <= count
            }
            #expect(Self.packets(Array(stream[..<count])) == Array(whole), "cut to \(count)")
        }
    }

    @Test("are found behind junk") func junk() throws {
        let packets = try Self.fixture()
        let junk: [UInt8] = [0xFF, 0xF1, 0x4C, 0x40, 0xFF, 0xFF, 0xF1, 1, 2, 3]
        #expect(Self.packets(junk + Self.stream(packets)) == packets)
    }

    @Test("of silence decode to silence") func silence() throws {
        guard SecondOpinion.isAvailable else { return }
        for count in 1...2 {
            let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: count)
            let packet = AAC.silence(channelCount: count)
            let stream = (0..<20).flatMap { _ in AAC.adtsHeader(configuration, byteCount: packet.count) + packet }
            let answer = try SecondOpinion.decode(stream, extension: "aac")
            #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
        }
    }

    @Test("never trap") func damage() throws {
        let stream = Self.stream(Array(try Self.fixture().prefix(3)))
        neverTraps(stream) { _ = Self.packets($0) }
    }
}
