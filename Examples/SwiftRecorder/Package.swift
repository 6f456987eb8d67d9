// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "SwiftRecorder",
    dependencies: [.package(name: "lathe", path: "../..")],
    targets: [
        .executableTarget(name: "SwiftRecorder", dependencies: [.product(name: "Lathe", package: "lathe")])
    ]
)
