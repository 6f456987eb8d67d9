/// What a request asks for: a path and a query (RFC 9112 §3.2).
public struct HTTPTarget: Equatable, Sendable {
    /// The path as it was sent, still percent-encoded, without the query.
    public var path: String

    /// The path cut at its slashes and decoded; empty segments are left out.
    ///
    /// No segment is `.` or `..`, none holds a slash or a NUL: each is safe to be a file's name.
    public var segments: [String]

    /// The query's items, decoded, in their order.
    public var query: HTTPQuery

    /// Reads a target; nothing if it is malformed or would step outside its directory.
    public init?(path: String, query: [(name: String, value: String)] = []) {
        guard let path = Self.originForm(path) else { return nil }
        var segments: [String] = []
        for part in path.split(separator: "/") {
            guard let segment = percentDecoded(part), Self.isSafe(segment) else { return nil }
            segments.append(segment)
        }
        var items: [HTTPQuery.Item] = []
        for (name, value) in query {
            guard let name = percentDecoded(name), let value = percentDecoded(value) else { return nil }
            items.append(HTTPQuery.Item(name: name, value: value))
        }
        self.path = path
        self.segments = segments
        self.query = HTTPQuery(items: items)
    }

    /// The path of a target that may name the server, too (RFC 9112 §3.2.2), or be `*` (§3.2.4).
    private static func originForm(_ target: String) -> String? {
        if target.hasPrefix("/") || target == "*" { return target }
        guard let scheme = ["http://", "https://"].first(where: target.hasPrefix) else { return nil }
        let rest = target.dropFirst(scheme.count)
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    private static func isSafe(_ segment: String) -> Bool {
        segment != "." && segment != ".." && !segment.utf8.contains(UInt8(ascii: "/"))
    }
}

/// The items behind a target's question mark.
public struct HTTPQuery: Equatable, Sendable {
    /// One name and its value; an item without `=` has an empty one.
    public struct Item: Equatable, Sendable {
        public var name: String
        public var value: String
    }

    public var items: [Item]

    /// A query of these items.
    public init(items: [Item] = []) { self.items = items }

    /// The first value of that name.
    public subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }
}

/// Undoes percent-encoding (RFC 3986 §2.1); nothing if it is malformed, not UTF-8, or holds a NUL.
func percentDecoded(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
}

private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
