import Foundation
import Testing
import Units

@testable import EventLoop

@Suite("The supervisor")
struct SupervisorTests {
    @Test(
        "is there only if the environment names its socket",
        arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "x"]])
    func nobody(_ environment: [String: String]) { #expect(Supervisor(environment: environment) == nil) }

    @Test(
        "wants signs of life from the process that it means",
        arguments: [
            ("30000000", nil, Duration.seconds(30)), ("30000000", "1", nil), ("0", nil, nil), ("soon", nil, nil),
            (nil, nil, nil), ("500000", "\(getpid())", .milliseconds(500)),
        ] as [(String?, String?, Duration?)])
    func watchdog(period: String?, process: String?, expected: Duration?) throws {
        var environment = ["NOTIFY_SOCKET": "/run/x"]
        environment["WATCHDOG_USEC"] = period
        environment["WATCHDOG_PID"] = process
        #expect(try #require(Supervisor(environment: environment)).watchdogPeriod == expected)
    }

    @Test("is told in its own words", arguments: [false, true])
    func telling(_ isAbstract: Bool) throws {
        let name = "lathe-manager-\(UUID().uuidString)"
        let path = isAbstract ? "@" + name : NSTemporaryDirectory() + "/" + name
        let listener = try UnixListener(path)
        let supervisor = try #require(Supervisor(environment: ["NOTIFY_SOCKET": path]))
        let messages: [Supervisor.Message] = [.ready(status: "at 8080"), .alive, .status("s"), .stopping]
        for message in messages { try supervisor.tell(message) }
        #expect(
            messages.map { _ in listener.receive() } == [
                "READY=1\nSTATUS=at 8080", "WATCHDOG=1", "STATUS=s", "STOPPING=1",
            ])
    }

    @Test("is not there any more")
    func gone() throws {
        let supervisor = try #require(Supervisor(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]))
        #expect(throws: SystemError.self) { try supervisor.tell(.alive) }
    }
}

/// A socket that receives datagrams of this machine.
private final class UnixListener {
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let count = bytes.count
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let size = socklen_t(try #require(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)) + count)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, size) }
        }
        try #require(status == 0)
    }

    func receive() -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    deinit {
        close(descriptor)
        if !path.hasPrefix("@") { _ = unsafe unlink(path) }
    }
}
