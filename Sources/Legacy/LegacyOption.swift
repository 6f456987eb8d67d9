/// An option of `lathe record` and its value, as a legacy setting turns into one.
public struct LegacyOption: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
