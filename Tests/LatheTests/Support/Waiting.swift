/// Something that a test waited for in vain.
struct Unmet: Error, CustomStringConvertible {
    var description: String
}

/// Waits until `condition` gives something; fails after half a minute, which nothing here takes.
@discardableResult
func eventually<Result>(_ what: String, _ condition: () async throws -> Result?) async throws -> Result {
    for _ in 0..<3000 {
        if let result = try await condition() { return result }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Unmet(description: "never: \(what)")
}
