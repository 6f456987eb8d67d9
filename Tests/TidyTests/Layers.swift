import Foundation

/// Which target stands on which line of the drawing in ARCHITECTURE.md.
enum Layers {
    static let words: Set<String> = ["Bytes", "Units", "Secure"]
    static let formats: Set<String> = [
        "Codecs", "Depacketize", "Elementary", "Jitter", "MJR", "MP4", "Pattern", "RTP", "SDP", "STUN",
        "Token", "TransportStream",
        "WHIP", "WebM",
    ]
    static let machines: Set<String> = ["Capture", "Channel", "Link", "WebRTC"]
    static let edges: Set<String> = [
        "AV", "CFFmpeg", "CLinux", "CMicrohttpd", "COpenSSL", "COpus", "CSQLite", "DTLS", "Digest", "HTTPServer",
        "SRTP",
    ]
    /// `TestSupport` reads fixtures from disk, and no other target names it.
    static let shell: Set<String> = [
        "API", "Catalog", "CommandLineOptions", "EventLoop", "Inspect", "Legacy", "Publish", "Repair", "Service",
        "Storage", "TestSupport", "Web",
    ]
    static let app: Set<String> = ["CLathe", "Lathe", "lathe", "lathe-bench"]

    /// From the bottom up.
    static let all = [words, formats, machines, edges, shell, app]

    /// What may not do I/O, read a clock, or be unsafe.
    static let core = words.union(formats).union(machines)

    /// What is not ours, and may be imported above the core.
    static let system: Set<String> = ["Dispatch", "Foundation", "FoundationNetworking", "Glibc", "Synchronization"]

    static func level(of target: String) -> Int? { all.firstIndex { $0.contains(target) } }

    /// The targets that Package.swift lets each target import.
    static let dependencies: [String: Set<String>] = {
        let manifest = SourceTree.text("Package.swift")
        let declaration =
            #/(?:room\(|target\(\s*name:|executableTarget\(\s*name:)\s*"([\w-]+)",?(?:\s*dependencies:)?\s*(\[[^\]]*\])?/#
        var found: [String: Set<String>] = [:]
        for match in manifest.matches(of: declaration) {
            let list = match.output.2 ?? ""
            found[String(match.output.1)] = Set(list.matches(of: /"(\w+)"/).map { String($0.output.1) })
        }
        return found
    }()
}
