import Bytes
import TestSupport
import Testing

@testable import MJR

@Suite("Reading recordings of the Janus server")
struct MJRReaderTests {
    private static func recording(_ count: Int) -> MJRWriter {
        var writer = MJRWriter(#"{"t":"a","c":"opus","s":1,"u":2}"#)
        for number in 0..<count {
            let payload = [UInt8](repeating: UInt8(number), count: 30)
            let packet = MJRWriter.rtp(payload, sequence: UInt16(number), timestamp: UInt32(number) * 960)
            writer.packet(packet, arrivalMilliseconds: UInt32(number) * 20)
        }
        return writer
    }

    private static func records(_ bytes: [UInt8]) throws -> (records: [MJRRecord], isCut: Bool, skipped: Int) {
        var reader = try MJRReader(bytes)
        var records: [MJRRecord] = []
        while let record = reader.next() { records.append(record) }
        return (records, reader.isCut, reader.skippedByteCount)
    }

    @Test("gives the description and every packet") func roundTrip() throws {
        let bytes = Self.recording(5).bytes
        #expect(
            String(decoding: try MJRReader(bytes).description, as: UTF8.self) == #"{"t":"a","c":"opus","s":1,"u":2}"#)
        let found = try Self.records(bytes)
        #expect(found.records.map(\.arrivalMilliseconds) == [0, 20, 40, 60, 80])
        #expect(found.records.map { $0.bytes[12] } == [0, 1, 2, 3, 4])
        #expect(!found.isCut && found.skipped == 0)
    }

    @Test("gives all before a cut, wherever it is") func cut() throws {
        let bytes = Self.recording(4).bytes
        let frame = 10 + 12 + 30
        let head = bytes.count - 4 * frame
        for count in head...bytes.count {
            let found = try Self.records(Array(bytes[..<count]))
            #expect(found.records.count == (count - head) / frame, "cut to \(count)")
        }
    }

    @Test("loses two packets at the most to a flipped bit") func flips() throws {
        let bytes = Self.recording(8).bytes
        for bit in 42 * 8..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let numbers = try Self.records(flipped).records.map { $0.bytes.last ?? 255 }
            #expect(numbers.filter { $0 < 8 }.count >= 6, "bit \(bit)")
        }
    }

    @Test("refuses what begins otherwise") func refuses() {
        #expect(throws: WireError.truncated(at: 0, needed: 10, available: 3)) { try MJRReader([1, 2, 3] as [UInt8]) }
        #expect(throws: WireError.invalid("mark", at: 0)) { try MJRReader([UInt8](repeating: 1, count: 20)) }
        #expect(throws: WireError.truncated(at: 10, needed: 9, available: 0)) {
            try MJRReader(Array("MJR00002".utf8) + [0, 9])
        }
        neverTraps(Self.recording(2).bytes) { _ = try Self.records($0) }
    }
}
