extension SessionDescription {
    /// Reads a description from a request's body.
    public init(parsing bytes: [UInt8]) throws(SDPError) {
        try self.init(parsing: SDPLine.text(of: bytes))
    }

    /// Reads a description; lines may end by CRLF or LF.
    public init(parsing text: String) throws(SDPError) {
        let lines = try SDPLine.lines(of: text)
        guard let first = lines.first, first.type == "v", first.value == "0" else {
            throw SDPError(
                line: 1, field: "v=", problem: "the text does not begin with v=0",
                remedy: "send a session description (RFC 8866)")
        }
        var origin: Origin?
        var attributes: [Attribute] = []
        var media: [MediaDescription] = []
        for line in lines.dropFirst() {
            switch line.type {
            case "o" where origin == nil && media.isEmpty: origin = try Origin(parsing: line)
            case "m": media.append(try MediaDescription(parsing: line, index: media.count))
            case "a" where media.isEmpty: attributes.append(try Attribute(parsing: line))
            case "a": media[media.count - 1].attributes.append(try Attribute(parsing: line))
            // RFC 8866 §5's other types mean nothing to WebRTC (RFC 9429 §5.8).
            case "b", "c", "e", "i", "k", "p", "r", "s", "t", "u", "z": continue
            default: throw line.error("the line does not belong here", remedy: "leave it out")
            }
        }
        guard let origin else {
            throw SDPError(
                field: "o=", problem: "the line is missing", remedy: "write o=- <number> <number> IN IP4 0.0.0.0")
        }
        self.init(origin: origin, attributes: attributes, media: media)
        try (media.map(\.attributes) + [attributes]).checkCandidateCount()
    }
}

extension [[Attribute]] {
    /// Refuses more candidates than anyone has; the whole text counts.
    func checkCandidateCount() throws(SDPError) {
        let count = reduce(0) { $0 + $1.candidates.count }
        guard count <= SDPLimits.maximumCandidateCount else {
            throw SDPError(
                field: "a=candidate", problem: "there are \(count) of them",
                remedy: "send at most \(SDPLimits.maximumCandidateCount)")
        }
    }
}

extension SessionDescription.Origin {
    // <username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address>
    fileprivate init(parsing line: SDPLine) throws(SDPError) {
        let words = line.value.split(separator: " ")
        guard words.count == 6, let sessionID: UInt64 = Words.number(words[1]),
            let version: UInt64 = Words.number(words[2])
        else {
            throw line.error("it is malformed", remedy: "write o=- <number> <number> IN IP4 0.0.0.0")
        }
        self.init(username: String(words[0]), sessionID: sessionID, version: version)
    }
}

extension MediaDescription {
    // <media> <port> <proto> <fmt> …
    init(parsing line: SDPLine, index: Int) throws(SDPError) {
        guard index < SDPLimits.maximumMediaCount else {
            throw line.error("there are too many", remedy: "send at most \(SDPLimits.maximumMediaCount) media sections")
        }
        let words = line.value.split(separator: " ")
        guard words.count >= 4, Words.isToken(words[0]), let port: UInt16 = Words.number(words[1]) else {
            throw line.error("it is malformed", remedy: "write m=<kind> 9 UDP/TLS/RTP/SAVPF <payload types>")
        }
        guard words.count - 3 <= SDPLimits.maximumFormatCount else {
            throw line.error("it lists too many formats", remedy: "list at most \(SDPLimits.maximumFormatCount)")
        }
        self.init(
            kind: String(words[0]), port: port, transportProtocol: String(words[2]),
            formats: words.dropFirst(3).map(String.init))
    }
}
