/// The header fields of a message, in order; names compare without regard to case (RFC 9110 §5.1).
public struct HTTPHeaders: Equatable, Sendable {
    /// One line of a header.
    public struct Field: Equatable, Sendable {
        public var name: String
        public var value: String
    }

    /// Every field, in the order of the wire.
    public private(set) var fields: [Field] = []

    /// A header without fields.
    public init() {}

    /// Adds a field, even if there is one of that name already.
    public mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// The values of all fields of that name.
    public func values(_ name: String) -> [String] {
        fields.filter { Self.areEqual($0.name, name) }.map(\.value)
    }

    /// The first value of that name; setting it replaces all of them.
    public subscript(_ name: String) -> String? {
        get { fields.first { Self.areEqual($0.name, name) }?.value }
        set {
            fields.removeAll { Self.areEqual($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }
}
