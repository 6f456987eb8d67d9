/// Why a session description was refused: where, what is wrong with it, and what to write instead.
public struct SDPError: Error, Equatable, Sendable {
    /// The line at fault, counted from 1; nothing if the text as a whole is meant.
    public var line: Int?
    /// The field as the text names it, such as `a=candidate`.
    public var field: String
    /// What is wrong with it.
    public var problem: String
    /// What the sender should do about it.
    public var remedy: String

    public init(line: Int? = nil, field: String, problem: String, remedy: String) {
        self.line = line
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }
}

extension SDPError: CustomStringConvertible {
    public var description: String {
        let place = line.map { "line \($0), " } ?? ""
        return "\(place)\(field): \(problem); \(remedy)"
    }
}
