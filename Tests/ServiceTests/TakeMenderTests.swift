import Codecs
import TestSupport
import Testing

@testable import Service

@Suite("Mending takes that a power cut left")
struct TakeMenderTests {
    /// A file of one user that was just begun, and where its head ends.
    private static func begun(_ codec: Codec, _ mark: [UInt8], before count: Int) async throws -> (
        name: String, bytes: [UInt8], head: Int
    ) {
        let disk = JournalingFileSystem()
        let bench = try CaptureBench(on: disk)
        bench.connect([.opus, codec], at: 0)
        bench.send(from: 0, to: 1_000, keyframes: true) { _, _ in }
        await bench.settle()
        let operations = disk.operations
        await bench.finish(at: 1_000)
        let name = bench.path(0)
        var cut = PowerCut()
        for operation in operations { cut.perform(operation, on: name) }
        let bytes = cut.state(chosen: .max)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: mark) })
        return (name, bytes, place - count)
    }

    @Test("is nothing to play where only the head of the first write is on the disk")
    func headAlone() async throws {
        for (codec, mark, count) in [
            (Codec.h264, Array("moof".utf8), 4), (.vp8, [0x1F, 0x43, 0xB6, 0x75] as [UInt8], 0),
        ] {
            let (name, bytes, head) = try await Self.begun(codec, mark, before: count)
            let torn = Array(bytes[..<head]) + [UInt8](repeating: 0, count: bytes.count - head)
            let plan = TakeMender.plan(for: torn, named: name)
            #expect(plan.result.outcome == .empty && plan.writes.isEmpty)
            #expect(TakeMender.plan(for: bytes, named: name).result.isPlayable)
        }
    }
}
