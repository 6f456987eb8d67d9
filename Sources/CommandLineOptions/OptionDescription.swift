/// One option of a command, as its help shows it.
public struct OptionDescription: Equatable, Sendable {
    public var name: String
    /// What stands for the value in the help, such as `HOST:PORT`; nothing for a flag.
    public var placeholder: String?
    public var help: String
    /// Whether it may be given more than once.
    public var isRepeatable = false
    /// Another name that is taken for it.
    public var alias: String?

    public init(
        _ name: String, _ placeholder: String? = nil, _ help: String, isRepeatable: Bool = false, alias: String? = nil
    ) {
        self.name = name
        self.placeholder = placeholder
        self.help = help
        self.isRepeatable = isRepeatable
        self.alias = alias
    }
}
