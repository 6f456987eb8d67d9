import Foundation
import TestSupport
import HTTPServer

/// What curl got for an answer.
struct Answer: Sendable {
    var status = 0
    var headers: HTTPHeaders = [:]
    var body: [UInt8] = []
    /// How curl ended; 0 if it is content.
    var exitCode: Int32 = 0

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Runs curl against a server.
func curl(_ server: HTTPServer, _ path: String, _ options: String..., scheme: String = "http") async throws -> Answer {
    let fixed = ["-s", "-i", "--path-as-is", "-g", "--max-time", "20", "--noproxy", "*"]
    return try await run(fixed + options + ["\(scheme)://\(server.address)\(path)"])
}

private func run(_ arguments: [String]) async throws -> Answer {
    try await onOwnThread {
        let answer = try ChildProgram.run("curl", arguments)
        return parse(answer.output, exitCode: answer.status)
    }
}

/// Does what blocks on a thread of its own: the concurrency pool has few, and the server's handlers need them.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// Cuts curl's output into the last header and the body.
private func parse(_ bytes: [UInt8], exitCode: Int32) -> Answer {
    var answer = Answer(exitCode: exitCode)
    var rest = bytes[...]
    while rest.starts(with: Array("HTTP/".utf8)) {
        answer.headers = [:]
        while let end = rest.firstIndex(of: 10) {
            let line = String(decoding: rest[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            if line.hasPrefix("HTTP/") {
                answer.status = Int(line.split(separator: " ")[1]) ?? 0
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                answer.headers.add(String(line[..<colon]), value)
            }
        }
    }
    answer.body = Array(rest)
    return answer
}
