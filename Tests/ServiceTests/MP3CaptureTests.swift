import Capture
import Codecs
import Elementary
import Foundation
import Inspect
import Storage
import TestSupport
import Testing
import Units

@testable import Service

@Suite("A user's capture of sound as MP3")
struct MP3CaptureTests {
    private static let sound = CaptureSelection(takesPictures: false)

    private static func bench(
        _ mp3: MP3Choice, _ change: (inout FileChoices) -> Void = { _ in },
        order changeOrder: (inout CaptureOrder) -> Void = { _ in }
    ) throws -> CaptureBench {
        try CaptureBench(
            {
                $0.mp3 = mp3
                change(&$0)
            },
            order: {
                $0.selection = sound
                changeOrder(&$0)
            })
    }

    private static func mp3(_ bench: CaptureBench, _ number: Int) throws -> MP3Mending {
        MP3Mending([UInt8](try Data(contentsOf: URL(fileURLWithPath: bench.path(number)))))
    }

    private static func endings(_ bench: CaptureBench) -> [Substring] {
        bench.closed.map { $0.file.split(separator: ".")[1] }
    }

    @Test("makes a file beside the usual one, of the same name and as long", arguments: MP3Rate.allCases)
    func beside(rate: MP3Rate) async throws {
        let bench = try Self.bench(.beside) { $0.mp3Rate = rate }
        bench.connect(at: 0)
        bench.send(from: 1_000, to: 5_000)
        await bench.finish(at: 5_000)
        #expect(Self.endings(bench) == ["m4a", "mp3"])
        #expect(bench.closed[0].file.dropLast(4) == bench.closed[1].file.dropLast(4))
        #expect(bench.closed.map(\.audio?.codec) == [.aac, .mp3] && bench.closed.allSatisfy { $0.video == nil })
        #expect(bench.spans[0] == bench.spans[1] && bench.spans[0] == 1_040...5_000)
        let found = try Self.mp3(bench, 1)
        #expect(found.isWhole && found.header?.sampleRate == rate.rawValue)
        let aac = try FileReport(ofFile: bench.path(0))
        #expect(abs(Int(found.durationMilliseconds) - aac.durationMilliseconds) <= 1)
        // What fills their last blocks apart.
        let silences = bench.closed.compactMap { $0.proof?.silentMilliseconds }
        #expect(silences.count == 2 && abs(silences[0] - silences[1]) <= 22)
        // One index tells of both.
        #expect(
            Set(bench.lines) == [
                "0.000 #0 create ", "0.000 #0 info channels=1 ", "0.000 #1 create ", "0.000 #1 info channels=1 ",
                "3.960 #0 close ", "3.960 #1 close ",
            ])
        #expect(bench.indexes.count == 1 && bench.troubles.isEmpty)
    }

    @Test("makes nothing else, or goes beside what scripts expect, as it is told")
    func only() async throws {
        for (choice, splitting, endings) in [
            (.only, .continuous, ["mp3"]), (.only, .legacy, ["mp3"]), (.beside, .legacy, ["aac", "mp3"]),
            (.none, .continuous, ["m4a"]),
        ] as [(MP3Choice, Splitting, [Substring])] {
            let bench = try Self.bench(choice) { $0.splitting = splitting }
            bench.connect(at: 0)
            bench.send(from: 0, to: 2_000)
            await bench.finish(at: 2_000)
            #expect(Self.endings(bench) == endings)
            #expect(bench.spans.allSatisfy { $0.upperBound == 2_000 })
        }
    }

    @Test("is in step through absence, pauses and chunks", arguments: [OnPause.cut, .hold])
    func through(onPause: OnPause) async throws {
        let bench = try Self.bench(.beside, order: { $0.onPause = onPause })
        bench.connect(at: 0)
        bench.send(from: 0, to: 3_000)
        bench.leave(at: 3_000)
        bench.connect(at: 6_000)
        bench.send(from: 6_100, to: 8_000, ssrc: 9)
        bench.select(CaptureSelection(takesPictures: false, isPaused: true), at: 8_000)
        bench.send(from: 8_000, to: 10_000, ssrc: 9)
        bench.select(Self.sound, at: 10_000)
        bench.send(from: 10_000, to: 12_000, ssrc: 9)
        bench.rollOver(at: 12_000)
        bench.send(from: 12_000, to: 14_000, ssrc: 9)
        await bench.finish(at: 14_000)
        #expect(Self.endings(bench) == ["m4a", "mp3", "m4a", "mp3"])
        #expect(bench.spans[0] == bench.spans[1] && bench.spans[2] == bench.spans[3])
        #expect(bench.closed.map(\.cause) == [.first, .first, .chunk, .chunk])
        for number in [1, 3] {
            let found = try Self.mp3(bench, number)
            #expect(found.isWhole)
            let aac = try FileReport(ofFile: bench.path(number - 1))
            #expect(abs(Int(found.durationMilliseconds) - aac.durationMilliseconds) <= 20)
        }
        let lengths = [1, 3].map { bench.spans[$0].upperBound - bench.spans[$0].lowerBound }
        #expect(abs(lengths[0] + lengths[1] - (onPause == .cut ? 12_000 : 14_000)) <= 60, "\(lengths)")
    }

    @Test("takes what a screen plays as well")
    func screen() async throws {
        let bench = try Self.bench(.beside)
        bench.connect([.opus, .h264, .h264, .opus], at: 0)
        bench.send([0, 1, 2, 3], from: 0, to: 2_000)
        await bench.finish(at: 2_000)
        let names = bench.closed.map(\.file).sorted()
        #expect(names.filter { $0.hasPrefix("7_screen_") }.map { $0.suffix(4) } == [".m4a", ".mp3"])
        #expect(names.count == 4 && bench.indexes.count == 2)
    }

    @Test("leaves files that play, and says so, whichever call of the disk fails first", arguments: [false, true])
    func everyCall(once: Bool) async throws {
        func call(_ disk: FaultyFileSystem) async throws -> CaptureBench {
            let bench = try CaptureBench(on: disk, { $0.mp3 = .only }, order: { $0.selection = Self.sound })
            bench.connect([.opus], at: 0)
            for time in stride(from: 0 as Int64, to: 2_000, by: 200) {
                bench.send([0], from: time, to: time + 200)
                await bench.settle()
            }
            await bench.finish(at: 2_000)
            return bench
        }
        let whole = FaultyFileSystem()
        _ = try await call(whole)
        #expect(whole.callCount > 8)
        for number in 0..<whole.callCount {
            let disk = FaultyFileSystem()
            disk.fail(at: number, with: .error(5), once: once)
            let bench = try await call(disk)
            #expect(!bench.failures.isEmpty, "call \(number) failed unheard")
            let names = try FileManager.default.contentsOfDirectory(atPath: bench.directory)
            for name in names where name.hasPrefix("7_") {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/" + name)))
                let plan = TakeMender.plan(for: bytes, named: name)
                // A disk that takes nothing any more does not delete either.
                if plan.result.outcome == .empty, !once { continue }
                #expect(plan.result.isPlayable, "call \(number): \(name) \(plan.result.words)")
                var mended = FakeDisk(holding: bytes)
                for write in plan.writes { mended.perform(write) }
                let again = TakeMender.plan(for: mended.bytes, named: name)
                #expect(again.result.outcome == .whole && again.writes.isEmpty)
            }
        }
    }
}
