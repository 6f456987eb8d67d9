/// Options that are about the same thing, as the help shows them together.
public struct OptionGroup: Equatable, Sendable {
    public var name: String
    /// What they are about, in a few words.
    public var summary: String
    public var options: [OptionDescription]
    /// The names of those that are used most; the overview shows them.
    public var common: [String]

    public init(_ name: String, _ summary: String, _ options: [OptionDescription], common: [String] = []) {
        self.name = name
        self.summary = summary
        self.options = options
        self.common = common
    }
}
