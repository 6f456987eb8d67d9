/// Which number stands for an RTP header extension, `a=extmap` (RFC 8285 §8).
public struct ExtensionMap: Hashable, Sendable {
    /// 1…14 fits either header form, 16…255 only the two-byte one.
    ///
    /// 0 and 15 are reserved in the
    /// one-byte form (RFC 8285 §4.2); 4096…4351 are place holders of an offer (§7).
    public var id: UInt16
    /// Who sends it; nothing means whoever sends media.
    public var direction: MediaDirection?
    public var uri: String

    public init(id: UInt16, direction: MediaDirection? = nil, uri: String) {
        self.id = id
        self.direction = direction
        self.uri = uri
    }
}

extension ExtensionMap: CustomStringConvertible {
    /// The text behind `a=extmap:`.
    public var description: String { "\(id)\(direction.map { "/\($0.rawValue)" } ?? "") \(uri)" }

    /// Reads the text behind `a=extmap:`; attributes behind the URI are left out.
    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let (digits, direction) = Words.halves(words[0], at: "/")
        guard let id: UInt16 = Words.number(digits), id > 0 else { return nil }
        if let direction {
            guard let direction = MediaDirection(rawValue: String(direction)) else { return nil }
            self.direction = direction
        }
        self.id = id
        uri = String(words[1])
    }
}
