// swift-tools-version: 6.2
import PackageDescription

// Every target obeys the same rules; ARCHITECTURE.md draws the arrows, Tests/TidyTests checks them.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [String] = [], _ extra: [SwiftSetting] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) },
        swiftSettings: house + extra)
}

func tests(_ name: String, _ dependencies: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: ([name, "TestSupport"] + dependencies).map { .byName(name: $0) },
        swiftSettings: house)
}

func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let words: [Target] = [
    room("Bytes", [], [.enableExperimentalFeature("Lifetimes")]),
    room("Units", ["Bytes"]),
    room("Secure", ["Bytes", "Units"]),
]

let formats: [Target] = [
    room("STUN", ["Bytes", "Units", "Secure"]),
    room("SDP", ["Bytes", "Units", "Secure", "Codecs"]),
    room("WHIP", ["Bytes", "Units", "SDP"]),
    room("RTP", ["Bytes", "Units"]),
    room("Jitter", ["Bytes", "Units", "RTP"]),
    room("Codecs", ["Bytes", "Units"]),
    room("Depacketize", ["Bytes", "Units", "Codecs"]),
    room("MP4", ["Bytes", "Units", "Codecs"]),
    room("WebM", ["Bytes", "Units", "Codecs"]),
    room("Elementary", ["Bytes", "Units", "Codecs"]),
    room("TransportStream", ["Bytes", "Units"]),
    room("MJR", ["Bytes", "Units"]),
    room("Pattern", ["Bytes", "Units", "Codecs"]),
    room("Token", ["Bytes"]),
]

let machines: [Target] = [
    room("WebRTC", ["Bytes", "Units", "Secure", "STUN", "SDP", "RTP", "Jitter", "Codecs", "Depacketize"]),
    room("Channel", ["Bytes", "Units", "Codecs"]),
    room("Capture", ["Bytes", "Units", "Codecs", "Channel", "MP4", "WebM", "Elementary", "TransportStream"]),
    room("Link", ["Bytes", "Units"]),
]

let edges: [Target] = [
    library("COpenSSL", pkgConfig: "openssl", package: "libssl-dev"),
    library("CMicrohttpd", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),
    library(
        "CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libswresample libavutil", package: "libavformat-dev"),
    library("COpus", pkgConfig: "opus", package: "libopus-dev"),
    library("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    room("SRTP", ["Bytes", "Units", "Secure", "COpenSSL"]),
    room("Digest", ["COpenSSL"]),
    room("DTLS", ["Bytes", "Units", "Secure", "SRTP", "COpenSSL"]),
    room("AV", ["Bytes", "Units", "Codecs", "Pattern", "CFFmpeg", "COpus"]),
    room("HTTPServer", ["Bytes", "Units", "CMicrohttpd"]),
]

let shell: [Target] = [
    room("EventLoop", ["Bytes", "Units", "CLinux"]),
    room("Storage", ["Bytes", "Units", "EventLoop", "CLinux"]),
    room("Catalog", ["EventLoop", "CSQLite"]),
    .target(
        name: "Web", resources: [.embedInCode("Page")],
        swiftSettings: house),
    room("CommandLineOptions"),
    room("Inspect", ["Bytes", "Units", "Codecs", "MP4", "WebM", "Elementary", "Pattern", "Capture", "AV", "Storage"]),
    room(
        "Repair",
        [
            "Bytes", "Units", "Codecs", "RTP", "Depacketize", "MP4", "WebM", "Elementary", "TransportStream", "MJR",
            "Capture", "AV", "Storage",
        ]),
    room(
        "Service",
        [
            "Bytes", "Units", "Secure", "STUN", "SDP", "WHIP", "RTP", "Codecs", "MP4", "WebM", "Elementary", "WebRTC",
            "Channel", "Capture", "Catalog", "CommandLineOptions", "DTLS", "Digest", "SRTP", "AV", "EventLoop",
            "Storage",
        ]),
    room("Legacy", ["CommandLineOptions", "Capture", "Service"]),
    room(
        "API",
        [
            "Bytes", "Units", "Capture", "Digest", "Catalog", "EventLoop", "SDP", "WHIP", "Service", "HTTPServer",
            "Web",
        ]),
    room(
        "Publish",
        [
            "Bytes", "Units", "Secure", "SDP", "WHIP", "RTP", "Codecs", "Depacketize", "WebRTC", "Pattern", "DTLS",
            "SRTP", "AV", "EventLoop", "Link",
        ]),
]

let app: [Target] = [
    room("Lathe", ["Units", "Codecs", "Token", "Channel", "Capture", "Pattern", "Service", "API", "AV", "EventLoop"]),
    .target(name: "CLathe", dependencies: ["Lathe"], exclude: ["include"], swiftSettings: house),
    .executableTarget(
        name: "lathe",
        dependencies: [
            "Bytes", "Units", "Codecs", "Capture", "CommandLineOptions", "Service", "Legacy", "API", "HTTPServer",
            "Publish", "Inspect", "Repair", "Link", "EventLoop", "AV", "Pattern",
        ],
        swiftSettings: house),
    .executableTarget(
        name: "lathe-bench",
        dependencies: ["Bytes", "Units", "Codecs", "Channel", "Capture", "EventLoop", "Storage"],
        swiftSettings: house),
]

// What is fed to the parsers, by the fuzz program and by the test that replays what it found.
let fuzzTargets: Target = .target(
    name: "FuzzTargets",
    dependencies: [
        "Bytes", "Units", "Secure", "STUN", "SDP", "WHIP", "RTP", "Jitter", "Codecs", "Depacketize", "MP4", "WebM",
        "Elementary", "TransportStream", "MJR", "Token", "Capture", "WebRTC",
    ],
    path: "Fuzz/Targets", swiftSettings: house)

let testSupport = room("TestSupport", ["Bytes", "Units", "Codecs", "Storage"])

let testTargets: [Target] = [
    tests("Bytes"),
    tests("Units"),
    tests("Secure", ["Bytes"]),
    tests("STUN", ["Bytes", "Units", "Secure"]),
    tests("SDP", ["Bytes", "Units", "Secure", "Codecs"]),
    tests("WHIP", ["Bytes", "Units", "Secure", "SDP"]),
    tests("RTP", ["Bytes", "Units"]),
    tests("Jitter", ["Bytes", "Units", "RTP"]),
    tests("Codecs", ["Bytes", "Units"]),
    tests("Depacketize", ["Bytes", "Units", "Codecs"]),
    tests("MP4", ["Bytes", "Units", "Codecs"]),
    tests("WebM", ["Bytes", "Units", "Codecs"]),
    tests("Elementary", ["Bytes", "Codecs"]),
    tests("TransportStream", ["Bytes"]),
    tests("MJR", ["Bytes"]),
    tests("Pattern", ["Bytes", "Units", "Codecs"]),
    tests("Token", ["Bytes"]),
    tests(
        "WebRTC",
        ["Bytes", "Units", "Secure", "STUN", "SDP", "RTP", "Jitter", "Codecs", "Depacketize", "Link"]),
    tests("Channel", ["Bytes", "Units", "Codecs", "Link"]),
    tests(
        "Capture",
        ["Bytes", "Units", "Codecs", "Channel", "MP4", "WebM", "Elementary", "TransportStream", "Link", "Pattern"]),
    tests("Link", ["Bytes", "Units"]),
    tests("SRTP", ["Bytes", "Units", "Secure"]),
    tests("DTLS", ["Bytes", "Units", "Secure", "SRTP"]),
    tests("Digest", ["Bytes"]),
    tests("AV", ["Bytes", "Units", "Codecs", "Pattern", "CFFmpeg"]),
    tests("HTTPServer", ["Bytes", "Units"]),
    tests("EventLoop", ["Bytes", "Units"]),
    tests("Storage", ["Bytes", "Units"]),
    tests("Catalog"),
    tests("Publish", ["Bytes", "Units", "Codecs", "Depacketize", "Pattern", "AV"]),
    tests("Inspect", ["Bytes", "Units", "Codecs", "MP4", "WebM", "Elementary", "Pattern", "Capture", "AV", "Storage"]),
    tests(
        "Repair",
        ["Bytes", "Units", "Codecs", "Depacketize", "MP4", "WebM", "Elementary", "Capture", "Storage"]),
    tests("CommandLineOptions"),
    tests(
        "Service",
        [
            "Bytes", "Units", "Catalog", "Codecs", "WebRTC", "Capture", "SDP", "Channel", "CommandLineOptions", "DTLS",
            "Digest", "AV", "Elementary", "EventLoop", "HTTPServer", "Inspect", "MP4", "Pattern", "Publish", "Secure",
            "Storage",
            "WHIP", "WebM",
        ]),
    tests("Legacy", ["Units", "CommandLineOptions", "Service"]),
    tests(
        "Lathe",
        [
            "Units", "Catalog", "Channel", "Capture", "Codecs", "Service", "Publish", "Pattern", "DTLS", "EventLoop",
            "Inspect", "AV",
        ]),
    tests("CLathe", ["Lathe"]),
    tests("API", ["Bytes", "Units", "Capture", "Codecs", "Service", "HTTPServer", "SDP", "Secure", "WHIP"]),
    // Whole calls in virtual time, through everything between the network and the disk.
    .testTarget(
        name: "SimulationTests",
        dependencies: [
            "Bytes", "Units", "Secure", "SDP", "RTP", "Codecs", "WebRTC", "Channel", "Capture", "Link", "Pattern", "AV",
            "Storage", "EventLoop", "Service", "TestSupport",
        ],
        swiftSettings: house),
    .testTarget(name: "TidyTests", swiftSettings: house),
    .testTarget(name: "FuzzCorpusTests", dependencies: ["FuzzTargets"], swiftSettings: house),
]

let package = Package(
    name: "lathe",
    products: [
        .executable(name: "lathe", targets: ["lathe"]),
        .library(name: "Lathe", targets: ["Lathe"]),
        // liblathe.so by its name in Makefile: the program has the name "lathe" in this list.
        .library(name: "CLathe", type: .dynamic, targets: ["CLathe"]),
    ],
    targets: words + formats + machines + edges + shell + app + [testSupport, fuzzTargets] + testTargets
)

// For scripts/fuzz, FUZZ says where libFuzzer is: everything is built to tell it which code an input reaches. The
// program has a `main` of its own, so it is built and linked differently from what `-sanitize=fuzzer` would do.
if let libFuzzer = Context.environment["FUZZ"] {
    for target in package.targets where target.type == .regular {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer,address"])]
    }
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/Program",
            swiftSettings: house + [.enableExperimentalFeature("Extern"), .unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=address", libFuzzer]), .linkedLibrary("stdc++")]))
    package.products.append(.executable(name: "fuzz", targets: ["fuzz"]))
}
