/// Why something cannot be repaired, and what may help.
public struct RepairRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    public var reason: String
    /// What to do instead; empty if nothing is known to help.
    public var remedy: String

    public init(_ reason: String, remedy: String = "") {
        self.reason = reason
        self.remedy = remedy
    }

    /// Reason and remedy in one line.
    public var description: String { remedy.isEmpty ? reason : "\(reason); \(remedy)" }
}
