import Bytes
import Testing

@testable import TransportStream

@Suite("A transport stream as it is written")
struct TransportMuxerTests {
    private static func demuxed(_ bytes: [UInt8]) -> (demuxer: TransportDemuxer, units: [StreamUnit]) {
        var (demuxer, units) = (TransportDemuxer(), [StreamUnit]())
        for start in stride(from: 0, to: bytes.count, by: TransportPacket.byteCount) {
            demuxer.push(bytes.span.extracting(start..<start + TransportPacket.byteCount))
        }
        demuxer.finish()
        while let unit = demuxer.nextUnit() { units.append(unit) }
        return (demuxer, units)
    }

    @Test(
        "is read again as it was told, whatever the units' lengths",
        arguments: [1, 100, 157, 158, 170, 184, 5_000, 70_000])
    func roundTrip(length: Int) {
        var muxer = TransportMuxer()
        muxer.add(.pictures, .h264)
        muxer.add(.sound, .adts)
        var sent: [[UInt8]] = []
        muxer.tables()
        for number in 0..<5 {
            let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + number) }
            muxer.unit(
                of: .pictures, payload, decode: Int64(number) * 3_000, presentation: Int64(number) * 3_000 + 6_000,
                isKeyframe: number == 0)
            muxer.unit(
                of: .sound, payload, decode: Int64(number) * 3_000, presentation: Int64(number) * 3_000,
                isKeyframe: false)
            sent += [payload, payload]
        }
        let bytes = muxer.takeBytes()
        #expect(bytes.count % TransportPacket.byteCount == 0)
        let (demuxer, units) = Self.demuxed(bytes)
        #expect(demuxer.lossCount == 0 && demuxer.damagedPacketCount == 0)
        #expect(Set(demuxer.kinds.values) == [.h264, .adts])
        let pictures = units.filter { $0.kind == .h264 }
        let sound = units.filter { $0.kind == .adts }
        #expect(pictures.map(\.bytes) == stride(from: 0, to: 10, by: 2).map { sent[$0] })
        #expect(sound.map(\.bytes) == stride(from: 1, to: 10, by: 2).map { sent[$0] })
        #expect(pictures.map(\.decodeTicks) == (0..<5).map { TransportMuxer.lead + $0 * 3_000 })
        #expect(pictures.map(\.presentationTicks) == (0..<5).map { TransportMuxer.lead + $0 * 3_000 + 6_000 })
    }

    @Test("tells the clock while no picture comes, without being in the way of the counters")
    func clock() {
        var muxer = TransportMuxer()
        muxer.add(.pictures, .h264)
        muxer.add(.sound, .adts)
        muxer.tables()
        muxer.unit(of: .pictures, [1, 2, 3], decode: 0, presentation: 0, isKeyframe: true)
        for number in 1..<20 {
            muxer.unit(
                of: .sound, [9], decode: Int64(number) * 2_000, presentation: Int64(number) * 2_000, isKeyframe: false)
        }
        muxer.unit(of: .pictures, [4, 5], decode: 40_000, presentation: 40_000, isKeyframe: false)
        let bytes = muxer.takeBytes()
        #expect(Self.demuxed(bytes).demuxer.lossCount == 0)
        let clocks = stride(from: 0, to: bytes.count, by: 188).compactMap { start -> Int64? in
            guard bytes[start + 3] & 0x20 != 0, bytes[start + 4] > 0, bytes[start + 5] & 0x10 != 0 else { return nil }
            let base = bytes[start + 6..<start + 11].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            return Int64(base >> 7)
        }
        #expect(clocks.first == 63_000)
        #expect(zip(clocks, clocks.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 <= 9_000 })
    }

    @Test("tells of a stream that joins, by tables of another version")
    func joining() {
        var muxer = TransportMuxer()
        muxer.add(.sound, .adts)
        muxer.tables()
        muxer.unit(of: .sound, [1], decode: 0, presentation: 0, isKeyframe: true)
        muxer.add(.pictures, .h265)
        muxer.tables()
        muxer.unit(of: .pictures, [2], decode: 10, presentation: 10, isKeyframe: true)
        let bytes = muxer.takeBytes()
        let maps = stride(from: 0, to: bytes.count, by: 188).filter {
            bytes[$0 + 1] & 0x1F == 0x10 && bytes[$0 + 2] == 0
        }
        #expect(maps.map { bytes[$0 + 10] } == [0xC1, 0xC3])
        // The clock stays where it is, though no picture has come yet.
        #expect(maps.map { Array(bytes[$0 + 13..<$0 + 15]) } == [[0xE1, 0x00], [0xE1, 0x00]])
        let clocks = stride(from: 0, to: bytes.count, by: 188).filter {
            bytes[$0 + 3] & 0x20 != 0 && bytes[$0 + 4] > 0 && bytes[$0 + 5] & 0x10 != 0
        }
        #expect(clocks.count == 2)
        #expect(clocks.allSatisfy { bytes[$0 + 1] & 0x1F == 0x01 && bytes[$0 + 2] == 0 })
        #expect(Set(Self.demuxed(bytes).demuxer.kinds.values) == [.adts, .h265])
    }

    @Test("has the checksum of annex A")
    func checksum() {
        // CRC-32/MPEG-2 of "123456789", the catalogues' check value.
        #expect(SectionReader.checksum(Array("123456789".utf8)) == 0x0376_E6E7)
    }
}
