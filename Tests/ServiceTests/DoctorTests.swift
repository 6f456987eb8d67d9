import CommandLineOptions
import EventLoop
import Foundation
import Testing

@testable import Service

@Suite("The doctor")
struct DoctorTests {
    private static func examine(_ change: (inout ServiceOptions) -> Void) async -> [Finding] {
        var options = ServiceOptions()
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        options.recordRoot = root
        (options.httpPort, options.loopCount) = (0, 1)
        let low = UInt16.random(in: 12_000...31_000)
        options.udpPorts = low...low
        change(&options)
        let findings = await Doctor(options).examine()
        let left = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        #expect(left == [], "it leaves nothing behind")
        return findings
    }

    @Test("looks at everything, and says of what is not well what to do")
    func everything() async {
        let findings = await Self.examine { _ in }
        let subjects = Set(findings.map(\.subject))
        #expect(
            subjects.isSuperset(of: [
                "HTTP port", "addresses", "UDP ports", "disk", "codecs", "clock", "open files", "core dumps",
                "crash reports",
            ]))
        for finding in findings where finding.level == .bad { #expect(finding.remedy != nil, "\(finding)") }
        #expect(findings.first { $0.subject == "codecs" }?.level == .good)
        #expect(findings.first { $0.subject == "disk" }?.words.contains("are free at") == true)
    }

    @Test("finds ports that are taken")
    func ports() async throws {
        let taken = try UDPPort(anyAddress: 0)
        let findings = await Self.examine { $0.udpPorts = taken.number...taken.number }
        let finding = try #require(findings.first { $0.subject == "UDP ports" })
        #expect(finding.level == .bad)
        #expect(finding.remedy?.contains("--udp-ports") == true)
        withExtendedLifetime(taken) {}
    }

    @Test("finds a disk that is too full, or that cannot be written to")
    func disk() async throws {
        let full = await Self.examine { $0.minimumFree.bytes = 1 << 50 }
        let finding = try #require(full.first { $0.subject == "disk" })
        #expect(finding.level == .bad && finding.remedy?.contains("--min-free wants 1 PB") == true)
        let unwritable = await Self.examine { $0.recordRoot = "/proc/none" }
        #expect(unwritable.first { $0.subject == "disk" }?.level == .bad)
    }

    @Test("says in one line what it found, and in another what to do")
    func words() {
        #expect(Finding(.good, "disk", "fine").description == "ok    disk: fine")
        #expect(Finding(.doubtful, "clock", "off", remedy: "set it").description == "warn  clock: off\n      → set it")
    }
}
