import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("The order in which pictures are shown")
struct PictureOrderReaderTests {
    private static func shifts(_ name: Fixture.Name, _ codec: Codec) throws -> PictureShifts {
        var (reader, shifts) = (PictureOrderReader(codec), PictureShifts())
        for sample in try Fixture(name).samplesInBand { shifts.push(reader.place(of: sample.bytes)) }
        shifts.finish()
        return shifts
    }

    @Test(
        "is that of their times",
        arguments: [(Fixture.Name.h264, Codec.h264), (.reordered, .h264), (.h265, .h265), (.h265Reordered, .h265)])
    func fixtures(name: Fixture.Name, codec: Codec) throws {
        let samples = try Fixture(name).samples
        let times = samples.map { $0.decodeTicks + Int64($0.compositionOffsetTicks) }
        let sorted = times.sorted()
        let expected = times.enumerated().map { Int16((sorted.firstIndex(of: $0.element) ?? 0) - $0.offset) }
        let found = try Self.shifts(name, codec)
        #expect(found.shifts == expected)
        #expect(found.areReordered == expected.contains { $0 != 0 })
    }

    @Test("is counted on where its bits wrap, and begins anew with a stretch")
    func ranks() {
        var shifts = PictureShifts()
        let places: [(Int64, Bool)] = [
            (0, true), (4, false), (2, false), (8, false), (6, false), (0, true), (2, false),
        ]
        for (order, begins) in places { shifts.push(PictureOrderReader.Place(order: order, beginsStretch: begins)) }
        shifts.push(nil)
        shifts.finish()
        #expect(shifts.shifts == [0, 1, -1, 1, -1, 0, 0, 0])
    }

    @Test("never traps", arguments: [Codec.h264, .h265])
    func damage(codec: Codec) throws {
        let sample = try Fixture(codec == .h264 ? .reordered : .h265Reordered).samplesInBand[0]
        neverTraps(Array(sample.bytes.prefix(150))) {
            var reader = PictureOrderReader(codec)
            _ = reader.place(of: $0)
        }
    }
}
