/// Why legacy settings cannot be honoured: a sentence for each that is wrong, with what to do instead.
public struct LegacyRefusal: Error, Equatable, CustomStringConvertible {
    public var sentences: [String]

    public init(_ sentences: [String]) { self.sentences = sentences }

    public var description: String { sentences.joined(separator: "\n") }
}
