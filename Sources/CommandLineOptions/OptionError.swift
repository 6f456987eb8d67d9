/// An option that cannot be honoured: which one, why, and what to write instead.
public struct OptionError: Error, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
