import Catalog
import Foundation
import Testing

@testable import Service

@Suite("What is known of a crash")
struct CrashTraceTests {
    private static let report = """
        *** Program crashed: Bad pointer dereference at 0x0000000000000000 ***

        Thread 2 "media-40000" crashed:

          0 null
        """

    private func withState(_ body: (StateDirectory) throws -> Void) throws {
        let state = StateDirectory(FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path)
        try FileManager.default.createDirectory(atPath: state.crashes, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        try Self.report.write(toFile: state.crashes + "/lathe-47-0.0.log", atomically: true, encoding: .utf8)
        try body(state)
    }

    @Test("is what the runtime wrote about that process")
    func crashed() throws {
        try withState { state in
            let trace = CrashTrace(
                of: CatalogRun(boot: "b", process: 47), in: state, now: CatalogRun(boot: "b", process: 9))
            #expect(trace.cause == "the process crashed: Bad pointer dereference at 0x0000000000000000")
            #expect(trace.backtrace == Self.report)
            let log = trace.log(of: "r1", channel: "room", version: "1", files: ["a.mp4": "was made whole"])
            #expect(log.hasPrefix("Lathe 1\ncause: the process crashed: Bad pointer"))
            #expect(log.contains("recording: r1 of channel room") && log.contains("  a.mp4 was made whole"))
            #expect(log.contains("Thread 2 \"media-40000\" crashed"))
        }
    }

    @Test("is that it was killed if it wrote nothing, or that the machine went down if that has started since")
    func silent() throws {
        try withState { state in
            let killed = CrashTrace(
                of: CatalogRun(boot: "b", process: 4), in: state, now: CatalogRun(boot: "b", process: 9))
            #expect(killed.cause == "the process was killed" && killed.backtrace == nil)
            let other = CrashTrace(
                of: CatalogRun(boot: "a", process: 47), in: state, now: CatalogRun(boot: "b", process: 9))
            #expect(other.cause == "the machine went down" && other.backtrace == nil)
            #expect(killed.log(of: "r", channel: "c", version: "1", files: [:]).contains("There is no backtrace"))
        }
    }
}
