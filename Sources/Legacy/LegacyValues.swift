public import CommandLineOptions

/// What legacy flags were set to.
public struct LegacyValues: Equatable, Sendable {
    private var texts: [String: String] = [:]
    private var numbers: [String: Int] = [:]

    public init() {}

    /// Sets one flag; a number that is none is refused.
    ///
    /// Given again, the last one holds, as it always has.
    public mutating func set(_ flag: LegacyFlag, to text: String) throws(OptionError) {
        texts[flag.name] = text
        guard flag.value != .text else { return }
        guard let number = Self.number(text) else {
            // A flag whose value was forgotten has taken the next one for it.
            let hint = text.hasPrefix("-") ? "; every flag takes a value, which seems to be missing" : ""
            throw OptionError("--\(flag.name) wants a whole number, not '\(text)'\(hint)")
        }
        let wrapped = flag.value == .unsigned && number < 0 ? number + (1 << 32) : number
        let range = flag.value == .unsigned ? 0...Int(UInt32.max) : Int(Int32.min)...Int(UInt32.max)
        guard range.contains(wrapped) else {
            throw OptionError("--\(flag.name) wants a number of 32 bits, and \(text) has more")
        }
        numbers[flag.name] = wrapped
    }

    /// What a flag was set to; empty if it was not.
    public func text(_ name: String) -> String { texts[name] ?? "" }

    /// A flag's number, if it was given.
    public func number(_ name: String) -> Int? { numbers[name] }

    /// Whether a flag was set to anything but 0.
    public func isOn(_ name: String) -> Bool { numbers[name, default: 0] != 0 }

    /// Whether a flag was given a value that is not empty.
    public func isGiven(_ name: String) -> Bool { !text(name).isEmpty }

    /// A number as C reads it in base 10: blanks and a sign may stand before it, nothing after it, and nothing at all is 0.
    static func number(_ text: String) -> Int? {
        text.isEmpty ? 0 : Int(text.drop { $0.isWhitespace })
    }
}
