import AV
import Bytes
import CommandLineOptions
import EventLoop
import Foundation
import Glibc
import Storage
import Units

/// Looks at what a server with these options would need: ports, addresses, disk, codecs, clock, limits, crash reports.
///
/// Binds and writes for a moment, and leaves nothing behind.
public struct Doctor: Sendable {
    /// A disk that syncs more slowly keeps every group commit of a busy server waiting.
    private static let slowSync = Duration.milliseconds(200)
    private static let probeByteCount = 8 << 20

    private let options: ServiceOptions

    public init(_ options: ServiceOptions) { self.options = options }

    /// Everything that was found, in the order in which a start needs it.
    public func examine() async -> [Finding] {
        [portFinding(), addressFinding()] + udpFindings() + (await diskFindings())
            + [codecFinding(), clockFinding(), fileLimitFinding(), coreFinding(), backtraceFinding()]
    }

    // MARK: - The network

    private func portFinding() -> Finding {
        let place = "\(options.httpHost):\(options.httpPort)"
        let host = IPAddress(options.httpHost == "localhost" ? "127.0.0.1" : options.httpHost)
        guard let host else { return Finding(.doubtful, "HTTP port", "\(place) is a name and was not tried") }
        switch TCPProbe.bind(TransportAddress(ip: host, port: options.httpPort)) {
        case 0: return Finding(.good, "HTTP port", "\(place) is free")
        case EADDRINUSE:
            return Finding(
                .bad, "HTTP port", "\(place) is taken",
                remedy: "find who has it with `ss -ltnp 'sport = :\(options.httpPort)'`, or choose another with --http")
        case let code: return Finding(.bad, "HTTP port", "\(place): \(SystemError(operation: "bind it", code: code))")
        }
    }

    private func addressFinding() -> Finding {
        let all = ((try? HostAddresses.all()) ?? []).filter { !$0.isLinkLocal && !$0.isLoopback }
        let announced = options.publicIPs + all
        guard !announced.isEmpty else {
            return Finding(
                .doubtful, "addresses", "only this machine's own loopback can be announced",
                remedy: "name the address that clients reach with --public-ip")
        }
        let words = announced.map(\.description).joined(separator: ", ")
        guard options.publicIPs.isEmpty, announced.allSatisfy(\.isPrivate) else {
            return Finding(.good, "addresses", "\(words) are announced to clients")
        }
        return Finding(
            .doubtful, "addresses", "\(words): all of them private",
            remedy: "clients outside need --public-ip, and the UDP ports forwarded under their own numbers")
    }

    private func udpFindings() -> [Finding] {
        let numbers = options.udpPorts.prefix(options.effectiveLoopCount)
        var notes: [String] = []
        for number in numbers {
            do {
                for note in try UDPPort(anyAddress: number).notes where !notes.contains(note) { notes.append(note) }
            } catch {
                return [Finding(.bad, "UDP ports", "\(error)", remedy: "choose others with --udp-ports")]
            }
        }
        let range = numbers.count == 1 ? "\(numbers.first ?? 0)" : "\(numbers.first ?? 0)-\(numbers.last ?? 0)"
        let free = Finding(.good, "UDP ports", "\(range) are free; open them in the firewall, in both directions")
        return [free] + notes.map { Finding(.doubtful, "UDP", $0) }
    }

    // MARK: - The disk

    private func diskFindings() async -> [Finding] {
        do {
            let storage = try StorageThreads(threadCount: 1, durability: .power(every: .seconds(60)))
            let findings = try await diskFindings(storage)
            await storage.stop()
            return findings
        } catch {
            return [Finding(.bad, "disk", "\(error)")]
        }
    }

    private func diskFindings(_ storage: StorageThreads) async throws -> [Finding] {
        try await storage.createDirectory(options.recordRoot)
        let path = options.recordRoot + "/.doctor-\(ProcessInfo.processInfo.processIdentifier)"
        let file = storage.create(path) { _ in }
        let start = SystemClock.now()
        file.write(.append([UInt8](repeating: 0x55, count: Self.probeByteCount)))
        try await file.finish()
        let written = start.duration(to: SystemClock.now())
        let syncStart = SystemClock.now()
        try await storage.replaceFile(path, with: [1])
        let synced = syncStart.duration(to: SystemClock.now())
        try await storage.delete(path)
        let free = try await storage.freeByteCount(at: options.recordRoot)
        let rate = Double(Self.probeByteCount) / max(0.000_001, Double(written.wholeNanoseconds) / 1e9)
        let words =
            "\(ByteCount(free)) are free at \(options.recordRoot), \(ByteCount(Int(rate))) a second, "
            + "a small file is safe after \(synced.wholeMilliseconds) ms"
        var findings = [Finding(.good, "disk", words)]
        if free < options.minimumFree.bytes {
            findings[0] = Finding(
                .bad, "disk", words,
                remedy: "--min-free wants \(options.minimumFree): free some space, or record to another disk")
        } else if synced > Self.slowSync {
            findings[0] = Finding(
                .doubtful, "disk", words,
                remedy:
                    "a slow disk keeps memory waiting: use another, or --durability process if a power cut may cost more"
            )
        }
        return findings
    }

    // MARK: - The machine

    private func codecFinding() -> Finding {
        do {
            _ = try AACEncoder(channelCount: 1, bitsPerSecond: 64_000)
            _ = try OpusDecoder(channelCount: 2)
            return Finding(.good, "codecs", "AAC is written, Opus is read; pictures are kept as they come")
        } catch {
            return Finding(
                .bad, "codecs", "\(error)", remedy: "install FFmpeg's libavcodec with AAC, or record with --audio opus")
        }
    }

    private func clockFinding() -> Finding {
        SystemClock.isSynchronized
            ? Finding(.good, "clock", "it is kept right")
            : Finding(
                .doubtful, "clock", "nothing keeps it right: names of files and recordings may be off",
                remedy: "start systemd-timesyncd or chrony")
    }

    private func fileLimitFinding() -> Finding {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let wanted = UInt64(options.userLimit) * 2 + 100
        guard UInt64(limit.rlim_cur) < wanted else {
            return Finding(.good, "open files", "\(limit.rlim_cur) are allowed")
        }
        return Finding(
            .doubtful, "open files", "\(limit.rlim_cur) are allowed, and \(options.userLimit) users may need \(wanted)",
            remedy: "`ulimit -n \(wanted)`, or LimitNOFILE= in the unit")
    }

    private func coreFinding() -> Finding {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        let pattern =
            (try? String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
        guard limit.rlim_cur > 0 || pattern.hasPrefix("|") else {
            return Finding(
                .doubtful, "core dumps", "they are off (`ulimit -c` is 0)",
                remedy:
                    "`ulimit -c unlimited` before the start keeps the memory of a crash; a dump may hold keys and media"
            )
        }
        return Finding(.good, "core dumps", "they are on, and go to `\(pattern)`")
    }

    private func backtraceFinding() -> Finding {
        guard let tool = CrashTrace.symbolizer() else {
            return Finding(
                .doubtful, "crash reports",
                "the Swift runtime's swift-backtrace is not beside it: crashes leave no crash.log",
                remedy: "install the toolchain's libexec/swift beside its lib, or keep core dumps on")
        }
        return Finding(.good, "crash reports", "\(tool) writes them")
    }
}

extension CrashTrace {
    /// The program by which the runtime writes down a crash; nothing if it is not where the runtime looks for it.
    static func symbolizer() -> String? {
        guard let path = ProgramImage.runtimeLibrary else { return nil }
        // …/usr/lib/swift/linux/libswiftCore.so → …/usr/libexec/swift/linux
        let root = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let places = ["libexec/swift/linux/swift-backtrace", "libexec/swift/linux/swift-backtrace-static"]
        return places.map { root.appending(path: $0).path }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
