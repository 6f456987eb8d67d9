/// A piece of a description that carries nothing but ICE (RFC 8840 §9).
///
/// It adds candidates to a session, or begins an ICE restart by naming new credentials.
public struct SDPFragment: Equatable, Sendable {
    /// The attributes ahead of any section.
    public var attributes: [Attribute]
    /// The sections that the candidates belong to; their `m=` lines are only there for the form.
    public var media: [MediaDescription]

    public init(attributes: [Attribute] = [], media: [MediaDescription] = []) {
        self.attributes = attributes
        self.media = media
    }
}

extension SDPFragment {
    /// Reads a fragment from a request's body.
    public init(parsing bytes: [UInt8]) throws(SDPError) {
        try self.init(parsing: SDPLine.text(of: bytes))
    }

    /// Reads a fragment; lines may end by CRLF or LF.
    ///
    /// Lines that only a whole description has are read over: some clients send one.
    public init(parsing text: String) throws(SDPError) {
        self.init()
        for line in try SDPLine.lines(of: text) {
            switch line.type {
            case "m": media.append(try MediaDescription(parsing: line, index: media.count))
            case "a" where media.isEmpty: attributes.append(try Attribute(parsing: line))
            case "a": media[media.count - 1].attributes.append(try Attribute(parsing: line))
            case "b", "c", "e", "i", "k", "o", "p", "r", "s", "t", "u", "v", "z": continue
            default: throw line.error("the line does not belong here", remedy: "leave it out")
            }
        }
        try lists.checkCandidateCount()
    }

    private var lists: [[Attribute]] { [attributes] + media.map(\.attributes) }

    /// The user fragment, wherever it stands.
    public var ufrag: String? { lists.lazy.compactMap(\.iceUfrag).first }

    /// The password, wherever it stands.
    public var password: String? { lists.lazy.compactMap(\.icePassword).first }

    /// Every candidate of every section, in order.
    public var candidates: [Candidate] { lists.flatMap(\.candidates) }

    /// Whether no more candidates will come (RFC 8840 §8.2).
    ///
    /// All sections share one transport, so the end of one is the end of all.
    public var endsCandidates: Bool { lists.contains { $0.contains(.endOfCandidates) } }
}

extension SDPFragment: CustomStringConvertible {
    /// The text, each line ended by CRLF.
    public var description: String {
        var text = ""
        for attribute in attributes { text += "a=\(attribute)\r\n" }
        // A fragment has no c= lines (RFC 8840 §9.2).
        for section in media { text += section.lines(connection: "") }
        return text
    }
}

extension SDPFragment {
    /// A fragment about the transport of a whole bundle, as RFC 9725 §4.3 wants it.
    ///
    /// `section` is the one that speaks for the bundle; it names the `m=` line.
    public init(
        for section: MediaDescription, bundling mids: [String], ufrag: String, password: String,
        candidates: [Candidate], endsCandidates: Bool, isLite: Bool = false
    ) {
        if isLite { attributes = [.iceLite] } else { attributes = [] }
        attributes += [.iceOptions(LocalParameters.iceOptions), .group(MediaGroup(semantics: "BUNDLE", mids: mids))]
        var line = MediaDescription(
            kind: section.kind, transportProtocol: section.transportProtocol,
            formats: Array(section.formats.prefix(1)))
        if let mid = section.attributes.mid { line.attributes.append(.mid(mid)) }
        line.attributes += [.iceUfrag(ufrag), .icePassword(password)]
        line.attributes += candidates.map { .candidate($0) }
        if endsCandidates { line.attributes.append(.endOfCandidates) }
        media = [line]
    }
}
